import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { usableEnvironment } from './environment.mjs';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'plant environment '));
  mkdirSync(join(root, 'node_modules'));
  mkdirSync(join(root, 'home'));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const usable = (given: NodeJS.ProcessEnv) => usableEnvironment({ HOME: join(root, 'home'), ...given }, root);

describe('the temporary folder', () => {
  it.each([
    { name: 'TMPDIR', path: () => 'rel/tmp', reason: 'which is no absolute path' },
    { name: 'TMPDIR', path: () => join(root, 'none'), reason: 'which does not exist' },
    { name: 'TMP', path: () => join(root, 'none'), reason: 'which does not exist' },
    { name: 'TMPDIR', path: () => join(root, 'file'), reason: 'which is no folder' },
    { name: 'TMPDIR', path: () => '/proc', reason: 'which this user cannot write' },
  ])('in $name is replaced with a note when it cannot be used', ({ name, path, reason }) => {
    writeFileSync(join(root, 'file'), '');
    const { environment, notes } = usable({ [name]: path(), TEMP: path() });
    expect(notes).toEqual([`${name} is ${path()}, ${reason}: using /tmp instead.`]);
    expect(environment).toMatchObject({ TMPDIR: '/tmp' });
    expect(environment).not.toHaveProperty('TEMP');
  });

  it('stays when it can be used, and no file is left in it', () => {
    const folder = join(root, 'home');
    const { environment, notes } = usable({ TMPDIR: folder });
    expect({ notes, folder: environment['TMPDIR'], left: readdirSync(folder) }).toEqual({
      notes: [],
      folder,
      left: [],
    });
  });
});

describe('the home folder', () => {
  it.each(['/proc', '/proc/none'])('at %s is replaced by a folder of the checkout, without a note', (home) => {
    const { environment, notes } = usable({ HOME: home });
    expect({ notes, home: environment['HOME'] }).toEqual({ notes: [], home: join(root, 'node_modules/.plant-home') });
    expect(existsSync(join(root, 'node_modules/.plant-home'))).toBe(true);
  });

  it('stays when the checkout cannot be written either', () => {
    const { environment } = usableEnvironment({ HOME: '/proc' }, '/proc/checkout');
    expect(environment['HOME']).toBe('/proc');
  });

  it('replaces folders of tools that cannot be written', () => {
    const { environment } = usable({ XDG_CACHE_HOME: '/proc/cache', npm_config_cache: '/proc/npm' });
    expect(environment).not.toHaveProperty('XDG_CACHE_HOME');
    expect(environment).not.toHaveProperty('npm_config_cache');
  });
});

describe('options of Node', () => {
  it('that send requests to a proxy are removed', () => {
    const { environment } = usable({ NODE_USE_ENV_PROXY: '1', HTTP_PROXY: 'http://proxy.example' });
    expect(environment).not.toHaveProperty('NODE_USE_ENV_PROXY');
    expect(environment).toHaveProperty('HTTP_PROXY');
  });

  it.each([
    ['--use-env-proxy', undefined],
    ['--inspect', undefined],
    ['--inspect-brk=127.0.0.1:9230', undefined],
    ['--max-old-space-size=512 --inspect=0.0.0.0:9229 --no-warnings', '--max-old-space-size=512  --no-warnings'],
    ['--inspector-like --require=/srv/--inspect', '--inspector-like --require=/srv/--inspect'],
    ['--require "/srv/a b.js"', '--require "/srv/a b.js"'],
  ])('%s become %s', (given, expected) => {
    expect(usable({ NODE_OPTIONS: given }).environment['NODE_OPTIONS']).toBe(expected);
  });
});
