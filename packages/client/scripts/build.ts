// Builds dist, or the folder that the first argument names: the client as ES modules and as CommonJS, with its types.
// Packing the client runs it, so that no old dist is published.

import { execFile } from 'node:child_process';
import { rm, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const folder = fileURLToPath(new URL('..', import.meta.url));
const [target = `${folder}dist`] = process.argv.slice(2);
const compiler = fileURLToPath(new URL('../../../node_modules/typescript/bin/tsc', import.meta.url));

function compile(...options: string[]): Promise<unknown> {
  const args = [compiler, '-p', 'tsconfig.build.json', ...options];
  return promisify(execFile)(process.execPath, args, { cwd: folder });
}

// Only pnpm packs the `exports` of publishConfig: a package that npm packs names the sources, which it lacks.
if (process.env['npm_lifecycle_event'] === 'prepack' && !process.env['npm_config_user_agent']?.startsWith('pnpm/')) {
  throw new Error('Pack and publish this package with pnpm');
}
await rm(target, { recursive: true, force: true });
await Promise.all([
  compile('--outDir', `${target}/module`),
  compile('--outDir', `${target}/commonjs`, '--module', 'commonjs', '--verbatimModuleSyntax', 'false'),
]);
await writeFile(`${target}/commonjs/package.json`, '{ "type": "commonjs" }\n');
