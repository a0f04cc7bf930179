// Makes the committed OpenAPI document the released one (`npm run api:release`), unless that would break clients.
import { existsSync, writeFileSync } from 'node:fs';
import { breakingChanges } from '../src/contract/breaking-changes.ts';
import { committedDocuments } from '../src/contract/committed-documents.ts';
import { readDocument } from '../src/contract/document.ts';
import { v1 } from '../src/v1/index.ts';

const RELEASED = new URL('../openapi.released.json', import.meta.url);

const current = committedDocuments(v1).get('openapi.json') ?? '';
const committed = readDocument('openapi.json');
const say = (text: string) => void process.stdout.write(`${text}\n`);

if (current !== `${JSON.stringify(committed, undefined, 2)}\n`) {
  say('packages/api/openapi.json is stale: run npm run api:document first.');
  process.exitCode = 1;
} else {
  const changes = existsSync(RELEASED) ? breakingChanges(readDocument('openapi.released.json'), committed) : [];
  for (const change of changes) say(change);
  if (changes.length > 0) {
    say('These changes break clients. v1 only grows; they belong in a new version of the API.');
    process.exitCode = 1;
  } else {
    writeFileSync(RELEASED, current);
    say('packages/api/openapi.released.json');
  }
}
