// Builds dist: the client as ES modules and as CommonJS, each with its types.

import { execFile } from 'node:child_process';
import { rm, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const folder = fileURLToPath(new URL('..', import.meta.url));
const compiler = fileURLToPath(new URL('../../../node_modules/typescript/bin/tsc', import.meta.url));

function compile(...options: string[]): Promise<unknown> {
  const args = [compiler, '-p', 'tsconfig.build.json', ...options];
  return promisify(execFile)(process.execPath, args, { cwd: folder });
}

await rm(`${folder}/dist`, { recursive: true, force: true });
await Promise.all([
  compile('--outDir', 'dist/module'),
  compile('--outDir', 'dist/commonjs', '--module', 'commonjs', '--verbatimModuleSyntax', 'false'),
]);
await writeFile(`${folder}/dist/commonjs/package.json`, '{ "type": "commonjs" }\n');
