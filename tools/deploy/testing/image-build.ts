import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, cpSync, existsSync, lstatSync, mkdirSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { root } from '../../root.ts';
import { findPnpm } from '../../start/bootstrap/find-pnpm.mjs';
import { buildContext } from './build-context.ts';
import { type Instruction, lastOf, readStages, type Stage, variablesOf } from './dockerfile.ts';

/** An image that was built without Docker. Its folder stands for the root of its file system. */
export interface BuiltImage {
  readonly folder: string;
  /** Folder of a path of the image. */
  inside(path: string): string;
  /** Folder in which its command runs. */
  readonly workFolder: string;
  /** Variables of the image, with paths inside of its folder. */
  readonly environment: NodeJS.ProcessEnv;
  /** Returns a command that runs as the user of the image. */
  asUser(...words: readonly string[]): [program: string, ...args: string[]];
}

/** What a build finds on its machine: Node and npm of the base image, downloaded packages, and a user. */
interface Machine {
  readonly folder: string;
  readonly isRoot: boolean;
  readonly user: number;
  readonly group: number;
  readonly environment: NodeJS.ProcessEnv;
}

/**
 * Runs the instructions of the Dockerfile, those of each stage in a folder of its own below `folder`. All commands run as
 * the user of the image, who has no rights elsewhere; if this process is not root, as our own user. What pnpm and npm
 * have downloaded before is used again.
 * @throws with the output of a command that fails
 */
export async function buildImage(folder: string): Promise<BuiltImage> {
  const stages = readStages();
  const image = stages.at(-1);
  if (image === undefined) throw new Error('The Dockerfile has no stage.');
  const machine = await makeMachine(folder, image);
  for (const stage of stages) {
    const stageFolder = folderOf(machine, stage.name);
    makeOwned(machine, stageFolder);
    let workFolder = stageFolder;
    for (const instruction of stage.instructions) {
      if (instruction.keyword === 'WORKDIR') {
        workFolder = join(stageFolder, instruction.text);
        if (!existsSync(workFolder)) makeOwned(machine, workFolder);
      }
      if (instruction.keyword === 'COPY') copy(machine, instruction, stageFolder, workFolder);
      if (instruction.keyword === 'RUN') await run(machine, { stage, stageFolder, workFolder, instruction });
    }
  }
  const imageFolder = folderOf(machine, image.name);
  close(machine, imageFolder);
  return {
    folder: imageFolder,
    inside: (path) => join(imageFolder, path),
    workFolder: join(imageFolder, lastOf(image, 'WORKDIR').text),
    environment: { PATH: machine.environment['PATH'], ...mappedVariables(image, imageFolder) },
    asUser: (...words) => asUser(machine, words),
  };
}

/** Removes the folder of a build, also where folders of its image are closed. */
export function removeBuild(folder: string): void {
  execFileSync('find', [folder, '-type', 'd', '-not', '-writable', '-exec', 'chmod', 'u+w', '{}', '+']);
  rmSync(folder, { recursive: true, force: true });
}

const folderOf = ({ folder }: Machine, stage: string | undefined) => join(folder, stage ?? 'image');

async function makeMachine(folder: string, image: Stage): Promise<Machine> {
  const isRoot = process.getuid?.() === 0;
  const own = [process.getuid?.(), process.getgid?.()];
  const [user = 0, group = 0] = isRoot ? lastOf(image, 'USER').text.split(':').map(Number) : own;
  const machine: Machine = { folder, isRoot, user, group, environment: environmentOf(folder) };
  // A temporary folder is closed to other users at first.
  chmodSync(folder, 0o755);
  mkdirSync(join(folder, 'home'));
  mkdirSync(join(folder, 'node/bin'), { recursive: true });
  cpSync(process.execPath, join(folder, 'node/bin/node'));
  cpSync(npmFolder(), join(folder, 'node/lib/node_modules/npm'), { recursive: true });
  symlinkSync('../lib/node_modules/npm/bin/npm-cli.js', join(folder, 'node/bin/npm'));
  mkdirSync(join(folder, 'npm-cache'));
  linkFiles(join(npmSetting('cache'), '_cacache'), join(folder, 'npm-cache'));
  await copyStore(join(folder, 'store'));
  for (const name of ['home', 'node', 'npm-cache', 'store']) chownFolders(machine, join(folder, name));
  return machine;
}

/** Returns the environment of the build's commands: our own settings do not reach them. */
function environmentOf(folder: string): NodeJS.ProcessEnv {
  return {
    PATH: `${join(folder, 'node/bin')}:/usr/bin:/bin`,
    HOME: join(folder, 'home'),
    npm_config_cache: join(folder, 'npm-cache'),
    npm_config_prefer_offline: 'true',
    npm_config_prefix: join(folder, 'node'),
    npm_config_registry: npmSetting('registry'),
    NODE_EXTRA_CA_CERTS: process.env['NODE_EXTRA_CA_CERTS'],
    // The age of each version was checked when it was installed here; its metadata are not in the copied store.
    pnpm_config_minimum_release_age: '0',
    // Files of the image change their owner or mode, which links to the store would share.
    pnpm_config_package_import_method: 'copy',
  };
}

const npmSetting = (name: string): string => execFileSync('npm', ['config', 'get', name], { encoding: 'utf8' }).trim();

/** Returns the folder of the npm on PATH, which may belong to another Node than ours. */
function npmFolder(): string {
  const program = execFileSync('sh', ['-c', 'readlink -f "$(command -v npm)"'], { encoding: 'utf8' }).trim();
  return dirname(dirname(program));
}

/** Copies pnpm's store: its files as hard links, its index as it is at this moment. */
async function copyStore(target: string): Promise<void> {
  const pnpm = await findPnpm(root, process.env);
  if ('problem' in pnpm) throw new Error(pnpm.problem);
  const store = execFileSync(join(pnpm.folder, 'pnpm'), ['store', 'path'], { cwd: root, encoding: 'utf8' }).trim();
  const [, version = ''] = /([^/]+)$/.exec(store) ?? [];
  mkdirSync(join(target, version), { recursive: true });
  linkFiles(join(store, 'files'), join(target, version));
  const index = new DatabaseSync(join(store, 'index.db'), { readOnly: true });
  index.exec(`VACUUM INTO '${join(target, version, 'index.db')}'`);
  index.close();
}

/** Copies a folder into another one, with hard links to its files where the file system allows them. */
function linkFiles(source: string, target: string): void {
  if (!existsSync(source)) return;
  try {
    execFileSync('cp', ['--archive', '--link', source, target], { stdio: 'ignore' });
  } catch {
    execFileSync('cp', ['--archive', source, target]);
  }
}

/** Gives folders, and databases, to the user of the build. Files may be links to those of others. */
function chownFolders({ group, isRoot, user }: Machine, folder: string): void {
  if (!isRoot) return;
  const owner = `${user}:${group}`;
  execFileSync('find', [folder, '(', '-type', 'd', '-o', '-name', '*.db', ')', '-exec', 'chown', owner, '{}', '+']);
}

function makeOwned(machine: Machine, folder: string): void {
  mkdirSync(folder, { recursive: true });
  if (machine.isRoot) execFileSync('chown', [`${machine.user}:${machine.group}`, folder]);
}

function copy(machine: Machine, { flags, text }: Instruction, stageFolder: string, workFolder: string): void {
  const [, from] = /^from=(.+)$/.exec(flags[0] ?? '') ?? [];
  const [source = '', target = ''] = text.split(' ');
  if (from === undefined) {
    for (const file of buildContext()) {
      mkdirSync(dirname(join(workFolder, file)), { recursive: true });
      cpSync(join(root, file), join(workFolder, file));
    }
    if (machine.isRoot) execFileSync('chown', ['--recursive', `${machine.user}:${machine.group}`, workFolder]);
    return;
  }
  // The stage of the build is not needed any more.
  renameSync(join(folderOf(machine, from), source), join(stageFolder, target));
  close(machine, join(stageFolder, target), '--recursive');
}

/** Closes a folder to the user of the image, as files of root are. */
function close({ isRoot }: Machine, folder: string, ...options: readonly string[]): void {
  if (isRoot) execFileSync('chown', [...options, '0:0', folder]);
  else execFileSync('chmod', [...options, 'a-w', folder]);
}

interface Step {
  stage: Stage;
  stageFolder: string;
  workFolder: string;
  instruction: Instruction;
}

async function run(machine: Machine, { instruction, stage, stageFolder, workFolder }: Step): Promise<void> {
  for (const flag of instruction.flags) mountCache(machine, stageFolder, flag);
  const command = insideOf(instruction.text, stageFolder)
    .replace(/--owner=\d+/, `--owner=${machine.user}`)
    .replace(/--group=\d+/, `--group=${machine.group}`);
  const [program, ...args] = asUser(machine, ['sh', '-c', command]);
  const child = spawn(program, args, {
    cwd: workFolder,
    env: { ...machine.environment, ...mappedVariables(stage, stageFolder) },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += String(chunk)));
  await once(child, 'close');
  if (child.exitCode !== 0) throw new Error(`${command} failed:\n${output}`);
}

/** Puts the copied store in the place of a cache mount. */
function mountCache(machine: Machine, stageFolder: string, flag: string): void {
  const [, target] = /^mount=type=cache,.*target=([^,]+)$/.exec(flag) ?? [];
  if (target === undefined) throw new Error(`The flag ${flag} is not known here.`);
  const place = join(stageFolder, target);
  if (lstatSync(place, { throwIfNoEntry: false })) return;
  makeOwned(machine, dirname(place));
  symlinkSync(join(machine.folder, 'store'), place);
}

function asUser({ group, isRoot, user }: Machine, words: readonly string[]): [string, ...string[]] {
  const [program = '', ...args] = words;
  if (!isRoot) return [program, ...args];
  return ['setpriv', `--reuid=${user}`, `--regid=${group}`, '--clear-groups', '--', program, ...args];
}

function mappedVariables(stage: Stage, folder: string): Record<string, string> {
  const entries = Object.entries(variablesOf(stage));
  return Object.fromEntries(entries.map(([name, value]) => [name, insideOf(value, folder)]));
}

/** Moves the absolute paths in a text into a folder. */
function insideOf(text: string, folder: string): string {
  return text.replaceAll(/(?<=^|[\s=])\/(?=\w)/g, `${folder}/`);
}
