// Writes the committed OpenAPI documents of v1, and the Bruno collection made of them (`npm run api:document`).
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { BRUNO_FOLDER, brunoFiles, committedDocuments } from '../src/contract/committed-documents.ts';
import { v1 } from '../src/v1/index.ts';

const pathOf = (path: string) => fileURLToPath(new URL(`../${path}`, import.meta.url));

for (const [path, text] of committedDocuments(v1)) {
  writeFileSync(pathOf(path), text);
  process.stdout.write(`packages/api/${path}\n`);
}
// Without the requests of operations that are gone.
rmSync(pathOf(BRUNO_FOLDER), { recursive: true, force: true });
for (const [path, text] of brunoFiles(v1)) {
  mkdirSync(dirname(pathOf(path)), { recursive: true });
  writeFileSync(pathOf(path), text);
}
process.stdout.write(`packages/api/${BRUNO_FOLDER}\n`);
