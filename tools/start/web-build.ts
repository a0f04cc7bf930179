import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { explain } from './bootstrap/explain.mjs';
import { findPnpm } from './bootstrap/find-pnpm.mjs';
import { withLock } from './bootstrap/lock-file.mjs';
import { service, startChild } from './child.ts';
import type { ProcessGroup } from './process-group.ts';
import { StartError } from './start-error.ts';

const INPUTS = ['apps/web', 'packages', 'docs/api.md', 'docs/operations.md', 'pnpm-lock.yaml', 'tsconfig.base.json'];
const NOT_INPUTS = /^(?:node_modules|\..*|generated|coverage)$|\.(?:test\.tsx?|tsbuildinfo|log)$|^next-env\.d\.ts$/;

function hashInto(hash: { update(text: string | Buffer): unknown }, path: string, name: string): void {
  if (!existsSync(path)) return;
  if (statSync(path).isDirectory()) {
    const names = readdirSync(path).filter((entry) => !NOT_INPUTS.test(entry));
    for (const entry of names.toSorted()) hashInto(hash, join(path, entry), `${name}/${entry}`);
  } else {
    hash.update(`\0${name}\0`);
    hash.update(readFileSync(path));
  }
}

/** Returns a hash of all files that the built app depends on. Tests, generated and hidden files are left out. */
export function sourceHash(root: string): string {
  const hash = createHash('sha256').update(process.version);
  for (const input of INPUTS) hashInto(hash, join(root, input), input);
  return hash.digest('hex');
}

/**
 * Variables that a build may read. Settings are not among them, so that no value ends up in the build, which serves all
 * settings.
 */
const SEEN_BY_BUILD = ['PATH', 'HOME', 'TMPDIR', 'LANG', 'LC_ALL', 'TERM', 'CI', 'SystemRoot', 'USERPROFILE'];

export interface BuildOptions {
  root: string;
  say: (text: string) => void;
  group: ProcessGroup;
}

/** @param folders of programs, in front of PATH */
function buildEnvironment(folders: readonly string[]): NodeJS.ProcessEnv {
  return {
    ...Object.fromEntries(SEEN_BY_BUILD.map((name) => [name, process.env[name]])),
    PATH: [...folders, process.env['PATH']].join(delimiter),
    NODE_ENV: 'production',
    NEXT_TELEMETRY_DISABLED: '1',
    TURBO_TELEMETRY_DISABLED: '1',
  };
}

/** Returns the file with the hash of the sources of a finished build. */
const stampOf = (root: string) => join(root, 'apps/web/.next/source-hash');

function isCurrent(root: string, wanted: string): boolean {
  const stamp = stampOf(root);
  return existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted;
}

/** Runs a tool that ends with this process. @throws {StartError} with the tool's output */
async function runHeld(
  options: BuildOptions,
  tool: { name: string; cwd: string; command: readonly string[]; folders?: readonly string[] },
): Promise<void> {
  const { name, cwd, command, folders = [] } = tool;
  const child = startChild({
    name,
    command: service('supervise', 'sh', '-c', 'exec "$@" 2>&1', 'sh', ...command),
    cwd,
    env: buildEnvironment(folders),
  });
  options.group.add(child);
  const lines: string[] = [];
  for await (const line of child.lines) lines.push(line);
  if ((await child.exited) !== 0) throw new StartError(`${lines.slice(1).join('\n')}\n${name} failed; see above.`);
}

/** Writes the generated code of the packages, if its inputs have changed. */
export async function ensureGenerated(options: BuildOptions): Promise<void> {
  const { root } = options;
  const pnpm = await findPnpm(root, process.env);
  if ('problem' in pnpm) throw new StartError(`The build needs pnpm, which npx could not fetch: ${pnpm.problem}`);
  const turbo = join(root, 'node_modules/.bin/turbo');
  const command = [turbo, 'run', 'generate', '--output-logs=errors-only'];
  await runHeld(options, { name: 'turbo run generate', cwd: root, command, folders: [pnpm.folder] });
}

/** Builds the web app in `folder`, also if a build exists. @throws {StartError} with the tool's output */
export function buildWeb(options: BuildOptions, folder: string): Promise<void> {
  const next = join(folder, 'node_modules/next/dist/bin/next');
  return runHeld(options, { name: 'next build', cwd: folder, command: [process.execPath, next, 'build'] });
}

/**
 * Builds the web app unless a build of these sources exists. Of two processes at once, the second waits and uses the
 * build of the first.
 * @throws {StartError} with the tool's output when it fails
 */
export async function ensureBuild(options: BuildOptions): Promise<void> {
  const { root, say } = options;
  const wanted = sourceHash(root);
  if (isCurrent(root, wanted)) return;
  const build = async () => {
    if (isCurrent(root, wanted)) return;
    say('Building the app; this takes a minute the first time ...');
    const web = join(root, 'apps/web');
    rmSync(stampOf(root), { force: true });
    await ensureGenerated(options);
    await buildWeb(options, web);
    writeFileSync(stampOf(root), wanted);
  };
  const waiting = () => say('Another start is building the app; waiting for it ...');
  try {
    await withLock(join(root, 'node_modules/.plant-build.lock'), build, waiting);
  } catch (error) {
    if (error instanceof StartError) throw error;
    throw new StartError(
      `The app cannot be built here: ${explain(error)}\nRun npm run build once as a user who may write in ${root}.`,
    );
  }
}
