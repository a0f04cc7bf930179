import { execFileSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join, relative } from 'node:path';

const NOT_OURS = new Set(['node_modules', '.git', '.next', '.data', '.turbo', 'generated', 'coverage', 'test-results']);

/**
 * The files of the repository by their paths from the root: those that git tracks or would, or every file when the
 * folder is a plain copy.
 */
export function trackedFiles(root: string): string[] {
  try {
    return execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
      cwd: root,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
      maxBuffer: 64 * 1024 * 1024,
    })
      .split('\0')
      .filter((path) => path !== '');
  } catch {
    return readdirSync(root, { withFileTypes: true }).flatMap((entry) => filesIn(root, join(root, entry.name), entry));
  }
}

function filesIn(
  root: string,
  path: string,
  entry: { isDirectory(): boolean; isFile(): boolean; name: string },
): string[] {
  if (NOT_OURS.has(entry.name)) return [];
  if (entry.isFile()) return [relative(root, path).replaceAll('\\', '/')];
  if (!entry.isDirectory()) return [];
  return readdirSync(path, { withFileTypes: true }).flatMap((child) => filesIn(root, join(path, child.name), child));
}
