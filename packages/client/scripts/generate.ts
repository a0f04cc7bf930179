// Writes src/generated/openapi.ts: the types of the API, from the committed OpenAPI document.

import { mkdir, writeFile } from 'node:fs/promises';
import openapiTypescript, { astToString } from 'openapi-typescript';
import ts from 'typescript';

const DOCUMENT = new URL('../../api/openapi.json', import.meta.url);
const OUTPUT = new URL('../src/generated/openapi.ts', import.meta.url);

const syntax = await openapiTypescript(DOCUMENT, {
  // Without this a file is typed as a string.
  transform: ({ format }) => (format === 'binary' ? ts.factory.createTypeReferenceNode('Blob') : undefined),
});
await mkdir(new URL('.', OUTPUT), { recursive: true });
await writeFile(OUTPUT, astToString(syntax));
