// Exits with 1 when an import of the workspace goes against the order of the house.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../../root.ts';
import { type Exports, importFaults, importsIn } from './import-rules.ts';
import { trackedFiles } from './tracked-files.ts';

function exportsOf(packageFile: string): Set<string> {
  const content: unknown = JSON.parse(readFileSync(packageFile, 'utf8'));
  const exported = content !== null && typeof content === 'object' && 'exports' in content ? content.exports : {};
  return new Set(typeof exported === 'object' && exported !== null ? Object.keys(exported) : ['.']);
}

function workspaceExports(): Exports {
  const folder = join(root, 'packages');
  const names = readdirSync(folder).filter((name) => existsSync(join(folder, name, 'package.json')));
  return new Map(names.map((name) => [name, exportsOf(join(folder, name, 'package.json'))]));
}

const sources = trackedFiles(root)
  .filter((file) => /\.(?:[cm]?[jt]s|tsx)$/.test(file) && existsSync(join(root, file)))
  // Its cases are imports that must not be.
  .filter((file) => file !== 'tools/test/checks/import-rules.test.ts')
  .map((file) => ({ file, imports: importsIn(readFileSync(join(root, file), 'utf8')) }));
const faults = importFaults(sources, workspaceExports());
for (const fault of faults) process.stderr.write(`${fault}\n`);
process.exitCode = faults.length === 0 ? 0 : 1;
