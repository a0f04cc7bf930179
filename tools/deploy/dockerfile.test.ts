import { readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import { validate } from 'dockerfile-utils';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { root } from '../root.ts';
import { GC_FLAGS } from '../start/web.ts';
import { buildContext } from './testing/build-context.ts';
import { dockerfile, lastOf, readStages, variablesOf, wordsOf } from './testing/dockerfile.ts';

const { optionalDependencies, packageManager } = z
  .object({ packageManager: z.string(), optionalDependencies: z.object({ node: z.string() }) })
  .parse(JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')));

const stages = readStages();
const [build, image] = stages;
if (build === undefined || image === undefined) throw new Error('The Dockerfile lacks a stage.');

describe('the Dockerfile', () => {
  it('is valid', () => {
    expect(validate(dockerfile).map(({ message }) => message)).toEqual([]);
  });

  it('builds in one stage and runs in another, both on the Node of package.json and slim Debian', () => {
    expect(stages.map((stage) => stage.image)).toEqual(
      Array.from({ length: 2 }, () => `node:${optionalDependencies.node}-bookworm-slim`),
    );
  });

  it('installs the pnpm of package.json, and what the lock file says', () => {
    const commands = build.instructions.filter(({ keyword }) => keyword === 'RUN').map(({ text }) => text);
    expect(commands[0]).toBe(`npm install --global ${packageManager}`);
    const installs = commands.filter((command) => command.includes('pnpm install'));
    expect(installs).toHaveLength(2);
    for (const command of installs) expect(command).toContain('--frozen-lockfile');
  });

  it('takes the files of the image from the build alone', () => {
    const copied = image.instructions.filter(({ keyword }) => keyword === 'COPY' || keyword === 'ADD');
    expect(copied.map(({ flags }) => flags)).toEqual([['from=build']]);
  });

  it('runs as a user with a number, who owns the data folder alone', () => {
    const [user, group] = lastOf(image, 'USER').text.split(':');
    expect([Number(user), Number(group)].every((id) => id >= 10_000)).toBe(true);
    const [made] = image.instructions.filter(({ keyword }) => keyword === 'RUN');
    expect(made?.text).toContain(`--owner=${user} --group=${group}`);
    expect(variablesOf(image)).toMatchObject({ APP_ENV: 'production', NODE_ENV: 'production' });
    expect(lastOf(image, 'VOLUME').text).toBe(variablesOf(image)['DATA_DIR']);
  });

  it('runs the server itself as process 1, with the collector options of npm start', () => {
    expect(wordsOf(lastOf(image, 'CMD'))).toEqual(['node', ...GC_FLAGS, 'server.ts']);
    expect(image.instructions.some(({ keyword }) => keyword === 'ENTRYPOINT')).toBe(false);
  });

  it('has a health check that asks whether the process lives', () => {
    const check = lastOf(image, 'HEALTHCHECK');
    expect(wordsOf(check)[2]).toContain('/api/health/live');
    expect(check.flags.map((flag) => flag.split('=')[0])).toEqual(['interval', 'timeout', 'start-period', 'retries']);
  });

  it('takes and holds no secret', () => {
    for (const { instructions } of stages) {
      expect(instructions.filter(({ keyword }) => keyword === 'ARG')).toEqual([]);
    }
    const names = stages.flatMap((stage) => Object.keys(variablesOf(stage)));
    expect(names.filter((name) => /secret|password|token|key|url/i.test(name))).toEqual([]);
  });
});

describe('.dockerignore', () => {
  const files = buildContext();

  it('lets a build see what it needs', () => {
    expect(files).toEqual(
      expect.arrayContaining([
        'apps/web/server.ts',
        'packages/db/prisma/schema.prisma',
        'pnpm-lock.yaml',
        'tools/deploy/check-deploy.ts',
        'tools/deploy/migrate.ts',
      ]),
    );
  });

  it('lets a build see what its tools import', () => {
    const tools = files.filter((file) => /^tools\/.+\.ts$/.test(file));
    const imported = tools.flatMap((file) =>
      [...readFileSync(join(root, file), 'utf8').matchAll(/from '(\.[^']+)'/g)].map(([, path = '']) =>
        posix.join(posix.dirname(file), path),
      ),
    );
    expect(imported).toContain('tools/start/migration.ts');
    expect(imported.filter((file) => !files.includes(file))).toEqual([]);
  });

  it('hides tests, measurements, local files and the history from a build', () => {
    const hidden = /\.(?:test|spec)\.|(?:^|\/)(?:testing|bench|node_modules|generated|\.\w[\w-]*)\/|(?:^|\/)\.env/;
    expect(files.filter((file) => hidden.test(file))).toEqual([]);
    const folders = ['apps', 'packages', 'tools'];
    const single = [
      '.npmrc',
      'docs/api.md',
      'docs/operations.md',
      'pnpm-lock.yaml',
      'pnpm-workspace.yaml',
      'tsconfig.base.json',
    ];
    const isSingle = (file: string) => !folders.some((folder) => file.startsWith(`${folder}/`));
    expect(files.filter(isSingle).toSorted()).toEqual(single);
  });

  it('decides by the last rule that matches a path, or a folder above it', () => {
    const context = buildContext('*\n!docs\ndocs/*.svg\n!**/one-photo.svg\n**/api.md');
    expect(context).toContain('docs/one-photo.svg');
    expect(context).toContain('docs/glossary.md');
    expect(context).not.toContain('docs/api.md');
    expect(context.every((file) => file.startsWith('docs/'))).toBe(true);
  });
});
