import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { v1 } from '../v1/index.ts';
import { committedDocuments } from './committed-documents.ts';

it.each([...committedDocuments(v1)])('the committed %s is what `npm run api:document` writes', (path, text) => {
  expect(readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8')).toBe(text);
});
