import { type ChildProcess, execFile, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { checkPackage, createPackageFromTarballData } from '@arethetypeswrong/core';
import { publint } from 'publint';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const SOURCES = fileURLToPath(new URL('..', import.meta.url));
/** A program that serves the whole API over a fake service. */
const SERVER = fileURLToPath(new URL('../../api/src/testing/upload-server.ts', import.meta.url));
const COMPILER = fileURLToPath(new URL('../../../node_modules/typescript/bin/tsc', import.meta.url));
/** Options of a strict compiler that resolves imports as Node does. */
const TSCONFIG = {
  compilerOptions: {
    strict: true,
    exactOptionalPropertyTypes: true,
    noUncheckedIndexedAccess: true,
    skipLibCheck: false,
    noEmit: true,
    module: 'nodenext',
    target: 'es2022',
    lib: ['es2022', 'dom', 'dom.iterable', 'dom.asynciterable'],
    types: ['node'],
  },
};

const run = promisify(execFile);
let folder: string;
/** File name of the tarball. */
let packed: string;
let tarball: ArrayBuffer;

/** Packs the client as for its publication, and installs the package in a project of its own. */
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'client-package-'));
  // What an earlier build left: packing builds anew.
  await mkdir(join(SOURCES, 'dist'), { recursive: true });
  await writeFile(join(SOURCES, 'dist/old.js'), '');
  await run('pnpm', ['pack', '--pack-destination', folder], { cwd: SOURCES });
  packed = (await readdir(folder)).find((name) => name.endsWith('.tgz')) ?? '';
  const { buffer, byteLength, byteOffset } = await readFile(join(folder, packed));
  tarball = buffer.slice(byteOffset, byteOffset + byteLength);

  const installed = join(folder, 'node_modules/@plantcommunity/client');
  await mkdir(installed, { recursive: true });
  await run('tar', ['-xzf', join(folder, packed), '--strip-components=1', '-C', installed]);
  await mkdir(join(folder, 'node_modules/@types'));
  for (const name of ['openapi-fetch', '@types/node']) {
    // oxlint-disable-next-line no-await-in-loop -- two links
    await symlink(join(SOURCES, 'node_modules', name), join(folder, 'node_modules', name));
  }
  await writeFile(join(folder, 'package.json'), JSON.stringify({ type: 'module' }));
  await writeFile(join(folder, 'tsconfig.json'), JSON.stringify(TSCONFIG));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe('the published package', () => {
  it('is well formed, by publint', async () => {
    const { messages } = await publint({ pack: { tarball }, strict: true });
    expect(messages).toEqual([]);
  });

  it('has types that every way to resolve it finds, by Are the types wrong', async () => {
    const result = await checkPackage(createPackageFromTarballData(new Uint8Array(tarball)));
    expect(result).toMatchObject({ types: { kind: 'included' }, problems: [] });
  });

  it('holds what its sources say, with README and license, and nothing that an earlier build left', async () => {
    const { stdout } = await run('tar', ['-tzf', join(folder, packed)]);
    const files = stdout.trim().split('\n');
    expect(files).toEqual(
      expect.arrayContaining(
        ['README.md', 'LICENSE', 'package.json', 'dist/module/index.js', 'dist/commonjs/index.d.ts'].map(
          (name) => `package/${name}`,
        ),
      ),
    );
    expect(files.filter((name) => /old|test|scripted/.test(name))).toEqual([]);
  });

  it('is refused by npm, which would pack the exports of the sources', async () => {
    const packing = run('npm', ['pack', '--pack-destination', folder], { cwd: SOURCES });
    await expect(packing).rejects.toMatchObject({ stderr: expect.stringContaining('with pnpm') as string });
  });

  it('has types that a program of Node without types of the DOM accepts', async () => {
    const project = join(folder, 'node-only');
    await mkdir(project);
    const { lib: _lib, ...compilerOptions } = TSCONFIG.compilerOptions;
    await writeFile(
      join(project, 'tsconfig.json'),
      JSON.stringify({ compilerOptions: { ...compilerOptions, lib: ['es2022'] }, files: ['program.ts'] }),
    );
    await writeFile(
      join(project, 'program.ts'),
      `import { createPlantClient, type PlantClient } from '@plantcommunity/client';
      export const plants: PlantClient = createPlantClient({ baseUrl: 'https://plants.example' });`,
    );
    await expect(run(process.execPath, [COMPILER, '-p', project])).resolves.toMatchObject({ stdout: '' });
  });

  it('loads as CommonJS', async () => {
    const program = `
      const { createPlantClient } = require('@plantcommunity/client');
      process.stdout.write(typeof createPlantClient);`;
    await writeFile(join(folder, 'program.cjs'), program);
    const { stdout } = await run(process.execPath, ['program.cjs'], { cwd: folder });
    expect(stdout).toBe('function');
  });
});

describe('the README', () => {
  let readme: string;
  let server: ChildProcess;
  const blocks = (language: string) =>
    [...readme.matchAll(/^```(\w+)\n(.*?)^```$/gms)].flatMap(([, name, text = '']) => (name === language ? text : []));

  beforeAll(async () => {
    readme = await readFile(join(SOURCES, 'README.md'), 'utf8');
    server = fork(SERVER);
  });
  afterAll(() => {
    server.kill();
  });

  it('has examples that a strict compiler accepts', async () => {
    const programs = blocks('ts');
    expect(programs).toHaveLength(4);
    await Promise.all(programs.map((program, index) => writeFile(join(folder, `example-${index}.ts`), program)));
    await expect(run(process.execPath, [COMPILER, '-p', folder])).resolves.toMatchObject({ stdout: '' });
  });

  it('has a first example that prints what it says', async () => {
    const [{ port }] = (await once(server, 'message')) as [{ port: number }];
    const [program = ''] = blocks('ts');
    const address = `http://localhost:${port}`;
    await writeFile(join(folder, 'first.ts'), program.replace('https://plants.example', address));
    await writeFile(join(folder, 'monstera.jpg'), 'a leaf');
    const { stdout } = await run(process.execPath, ['first.ts'], { cwd: folder });
    expect(stdout).toBe(blocks('text').join(''));
  });
});
