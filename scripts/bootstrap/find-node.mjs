import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';

/** The tools need it, and from here on Node can be told to run TypeScript. */
export const HOST_NODE = [22, 12];
/** What comes with the dependencies, where it does. */
const OWN_MAJOR = 24;

/**
 * The Node that came with the dependencies, or the host's when that is new enough.
 * @param {string} root
 * @param {{ version: string, execPath: string, platform: string }} host
 * @returns {string | undefined}
 */
export function findNode(root, host) {
  const own = join(root, 'node_modules', 'node', 'bin', host.platform === 'win32' ? 'node.exe' : 'node');
  if (existsSync(own) && (versionOf(own)?.[0] ?? 0) >= OWN_MAJOR) return own;
  const [major = 0, minor = 0] = host.version.split('.').map(Number);
  const [leastMajor = 0, leastMinor = 0] = HOST_NODE;
  const suffices = major > leastMajor || (major === leastMajor && minor >= leastMinor);
  return suffices ? host.execPath : undefined;
}

/** @param {string} path */
function versionOf(path) {
  try {
    return execFileSync(path, ['--version'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] })
      .trim()
      .slice(1)
      .split('.')
      .map(Number);
  } catch {
    return undefined;
  }
}
