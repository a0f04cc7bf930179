import { readdirSync, readFileSync } from 'node:fs';
import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { v1 } from '../v1/index.ts';
import { BRUNO_FOLDER, brunoFiles, committedDocuments } from './committed-documents.ts';

const PACKAGE = fileURLToPath(new URL('../../', import.meta.url));
const read = (path: string) => readFileSync(PACKAGE + path, 'utf8');

it.each([...committedDocuments(v1)])('the committed %s is what `npm run api:document` writes', (path, text) => {
  expect(read(path)).toBe(text);
});

it('the committed Bruno collection is what `npm run api:document` writes', () => {
  const committed = readdirSync(PACKAGE + BRUNO_FOLDER, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ name, parentPath }) => relative(PACKAGE, `${parentPath}/${name}`));
  const files = brunoFiles(v1);
  expect(committed.toSorted()).toEqual([...files.keys()].toSorted());
  for (const [path, text] of files) expect({ path, text: read(path) }).toEqual({ path, text });
});
