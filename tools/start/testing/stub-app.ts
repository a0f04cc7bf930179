import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { root } from '../../root.ts';
import { fingerprint, STAMP } from '../bootstrap/install.mjs';
import { npmStart, type Run } from './npm-start.ts';

const COPIED = ['package.json', 'pnpm-lock.yaml', 'pnpm-workspace.yaml', '.npmrc', 'turbo.json', 'tsconfig.base.json'];

/** A copy of the repository with the real tools and services, and a web app that serves at once. */
export interface StubApp {
  folder: string;
  start(environment?: NodeJS.ProcessEnv, args?: readonly string[]): Run;
  /** Returns the names of the variables that each build saw. */
  builds(): string[][];
  remove(): void;
}

/** @param name begins the name of its folder; a space and a mode for the owner alone have broken a start before */
export function makeStubApp(name = 'stub app '): StubApp {
  const folder = mkdtempSync(join(tmpdir(), name));
  for (const file of COPIED) cpSync(join(root, file), join(folder, file));
  mkdirSync(join(folder, 'node_modules'));
  for (const entry of readdirSync(join(root, 'node_modules')).filter((each) => !each.startsWith('.plant'))) {
    symlinkSync(join(root, 'node_modules', entry), join(folder, 'node_modules', entry));
  }
  writeFileSync(join(folder, STAMP), fingerprint(folder));
  cpSync(join(root, 'tools'), join(folder, 'tools'), {
    recursive: true,
    filter: (source) => !source.endsWith('/node_modules'),
  });
  symlinkSync(join(root, 'tools/node_modules'), join(folder, 'tools/node_modules'));
  const put = (stub: string, ...target: string[]) => {
    mkdirSync(join(folder, ...target.slice(0, -1)), { recursive: true });
    cpSync(join(root, 'tools/start/testing', stub), join(folder, ...target));
  };
  put('next.mjs', 'apps/web/node_modules/next/dist/bin/next');
  put('web.mjs', 'apps/web/server.ts');
  put('simulator.mjs', 'apps/provider-simulator/src/main.ts');
  writeFileSync(join(folder, 'apps/web/package.json'), '{"name":"web","type":"module","version":"0.0.0"}');
  return {
    folder,
    start: (environment = {}, args = []) => npmStart(folder, environment, args),
    builds: () =>
      readFileSync(join(folder, 'apps/web/builds.log'), 'utf8')
        .trim()
        .split('\n')
        .map((line) => line.split(' ')),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}
