// Makes the committed OpenAPI document the released one (`npm run api:release`), unless that would break clients.
import { breakingChanges } from '../src/contract/breaking-changes.ts';
import { committedDocuments } from '../src/contract/committed-documents.ts';
import { readDocument } from '../src/contract/document.ts';
import { isAsReleased, writeReleased } from '../src/contract/released-document.ts';
import { v1 } from '../src/v1/index.ts';

const current = committedDocuments(v1).get('openapi.json') ?? '';
const committed = readDocument('openapi.json');

/** Returns why the committed document cannot be released. */
function obstacles(): string[] {
  if (current !== `${JSON.stringify(committed, undefined, 2)}\n`) {
    return ['packages/api/openapi.json is stale: run npm run api:document first.'];
  }
  if (!isAsReleased()) {
    return [
      'packages/api/openapi.released.json was changed by hand: restore it and its checksum from the last commit.',
    ];
  }
  const changes = breakingChanges(readDocument('openapi.released.json'), committed);
  return changes.length === 0
    ? []
    : [...changes, 'These changes break clients. v1 only grows; they belong in a new version of the API.'];
}

const found = obstacles();
if (found.length === 0) writeReleased(current);
process.stdout.write(`${found.join('\n') || 'packages/api/openapi.released.json'}\n`);
process.exitCode = found.length === 0 ? 0 : 1;
