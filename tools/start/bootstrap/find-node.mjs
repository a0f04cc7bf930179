import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';

/** Oldest version whose Node can run TypeScript, which the tools need. */
export const HOST_NODE = [22, 12];
/** The Node among the dependencies; on Linux only. */
const OWN_MAJOR = 24;

/**
 * Returns the Node among the dependencies, or that of the host when it is new enough.
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
    // NODE_OPTIONS may hold options that only the Node of the host knows.
    const env = { ...process.env, NODE_OPTIONS: '' };
    return execFileSync(path, ['--version'], { encoding: 'utf8', env, stdio: ['ignore', 'pipe', 'ignore'] })
      .trim()
      .slice(1)
      .split('.')
      .map(Number);
  } catch {
    return undefined;
  }
}

/**
 * Returns why a Node does not start with the NODE_OPTIONS of the environment; undefined when it starts.
 * @param {string} node
 * @param {NodeJS.ProcessEnv} env
 * @param {string} cwd where the app runs, from where relative paths count
 */
export function problemWithOptions(node, env, cwd) {
  if (!env['NODE_OPTIONS']) return undefined;
  const { status, stderr } = spawnSync(node, ['-e', ''], { cwd, env, encoding: 'utf8' });
  if (status === 0) return undefined;
  const lines = stderr.split('\n').map((line) => line.trim());
  return lines.find((line) => /^(?:\w*Error\b|\S*node\S*:)/.test(line) && !line.startsWith('node:')) ?? lines[0];
}
