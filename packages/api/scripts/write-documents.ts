// Writes the committed OpenAPI documents of v1 (`npm run api:document`).
import { writeFileSync } from 'node:fs';
import { committedDocuments } from '../src/contract/committed-documents.ts';
import { v1 } from '../src/v1/index.ts';

for (const [path, text] of committedDocuments(v1)) {
  writeFileSync(new URL(`../${path}`, import.meta.url), text);
  process.stdout.write(`packages/api/${path}\n`);
}
