import { type ChildProcess, execFile, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { generators } from './generate.ts';

/** A program that serves the whole API over a fake service. */
const SERVER = fileURLToPath(new URL('../../api/src/testing/upload-server.ts', import.meta.url));
const COMPILER = fileURLToPath(new URL('../../../node_modules/typescript/bin/tsc', import.meta.url));
/** Options of a strict compiler that knows no types of this repository. */
const TSCONFIG = {
  compilerOptions: {
    strict: true,
    noEmit: true,
    skipLibCheck: true,
    module: 'preserve',
    moduleResolution: 'bundler',
    target: 'es2024',
    lib: ['es2024', 'dom', 'dom.iterable', 'dom.asynciterable'],
    types: [],
  },
};
const PHOTOS = ['a leaf', 'a flower'].map((bytes, n) => new File([bytes], `photo ${n}.jpg`, { type: 'image/jpeg' }));

let folder: string;
let child: ChildProcess;
let baseUrl: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'api-clients-'));
  await symlink(fileURLToPath(new URL('../node_modules', import.meta.url)), join(folder, 'node_modules'));
  await writeFile(join(folder, 'tsconfig.json'), JSON.stringify(TSCONFIG));
  await writeFile(join(folder, 'package.json'), JSON.stringify({ type: 'module' }));
  child = fork(SERVER);
  const [{ port }] = (await once(child, 'message')) as [{ port: number }];
  baseUrl = `http://localhost:${port}/api/v1`;
});
afterAll(async () => {
  child.kill();
  await rm(folder, { recursive: true, force: true });
});

/** Returns the options of the last request that reached the service behind the API. */
async function lastOptions(): Promise<unknown> {
  const reported = once(child, 'message') as Promise<[{ options: unknown }]>;
  child.send('options');
  const [{ options }] = await reported;
  return options;
}

describe.each(['openapi.json', 'openapi-3.0.json'])('clients generated from %s', (name) => {
  const programOf = (index: number) => join(folder, name, String(index), 'program.ts');

  beforeAll(async () => {
    const document = join(folder, name);
    const answer = await fetch(`${baseUrl}/${name}`);
    await mkdir(document);
    await writeFile(`${document}/document.json`, await answer.text());
    for (const [index, generator] of generators.entries()) {
      const target = join(document, String(index));
      // oxlint-disable-next-line no-await-in-loop -- one generator after the other
      await mkdir(target);
      // oxlint-disable-next-line no-await-in-loop -- generators change the working state of the process
      await generator.generate({ document: `${document}/document.json`, baseUrl, folder: target });
      // oxlint-disable-next-line no-await-in-loop -- as above
      await writeFile(programOf(index), generator.program);
    }
  });

  it('compile', async () => {
    const compiled = promisify(execFile)(process.execPath, [COMPILER, '-p', folder]);
    expect(await compiled).toMatchObject({ stdout: '' });
  });

  it.each(generators.map((generator, index) => ({ name: generator.name, index })))(
    'send two photos with their organs and an Idempotency-Key: $name',
    async ({ index }) => {
      const client = (await import(/* @vite-ignore */ programOf(index))) as {
        identify(url: string, photos: File[], key: string): Promise<number>;
      };
      expect(await client.identify(baseUrl, PHOTOS, `key-${index}`)).toBe(200);
      expect(await lastOptions()).toEqual({
        photos: 2,
        organs: ['leaf', 'flower'],
        includeDiseases: false,
        location: { latitude: 0.00005, longitude: -0.25 },
        language: 'en',
        idempotencyKey: `key-${index}`,
      });
    },
  );
});
