import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { modeOf } from './environment.ts';
import { readSettings } from './settings.ts';
import { faultsIn } from './testing/settings-under-test.ts';

const development = { APP_ENV: 'development' };
const SECRET = 'for tests only and long enough for one';

const faultsOf = (environment: Record<string, string>) => faultsIn({ ...development, ...environment });

describe('white space around a value', () => {
  it.each(['abc\n', 'abc\r\n', ' abc', '\tabc\t', '\uFEFFabc', 'abc\u00A0'])('is removed from a key: %j', (text) => {
    const settings = readSettings({ ...development, PLANTNET_API_KEY: text, PLANT_ID_API_KEY: text });
    expect(settings).toMatchObject({ plantId: { apiKey: 'abc' }, plantnet: { apiKey: 'abc' } });
  });

  it('is removed from values of every other form', () => {
    const settings = readSettings({
      APP_ENV: ' development\r\n',
      PORT: '3001\n',
      APP_URL: 'http://localhost:3001\r\n',
      AUTH_SECRETS: ` ${SECRET}\n`,
      DATABASE_URL: 'postgresql://plants@db.example/plants\n',
      UPSTASH_REDIS_REST_URL: ' https://redis.example ',
      UPSTASH_REDIS_REST_TOKEN: 'token\n',
      ALLOWED_HOSTS: 'localhost ,\n 127.0.0.1\n',
      IDENTIFY_RATE_FREE: '5/h\n',
      ADMIN_EMAIL: ' admin@plants.example\n',
      ADMIN_PASSWORD: 'correct horse battery',
      AUTH_GITHUB_ID: 'id\n',
      AUTH_GITHUB_SECRET: 'secret\n',
      LOG_LEVEL: 'warn ',
    });
    expect(settings).toMatchObject({
      mode: 'development',
      port: 3001,
      authSecrets: [SECRET],
      database: { url: 'postgresql://plants@db.example/plants' },
      redis: { connection: { restUrl: 'https://redis.example', token: 'token' } },
      allowedHosts: ['localhost', '127.0.0.1'],
      rates: { free: { count: 5 } },
      admin: { email: 'admin@plants.example' },
      oauth: { github: { id: 'id', secret: 'secret' } },
      logLevel: 'warn',
    });
  });

  it('without other text counts as unset', () => {
    expect(readSettings({ ...development, PLANT_ID_API_KEY: ' \n', LOG_LEVEL: '\t' })).toMatchObject({
      plantId: { apiKey: undefined },
      logLevel: 'info',
    });
  });

  it.each([
    ['a line feed at the end', 'correct horse\n'],
    ['a line feed inside', 'correct\nhorse'],
    ['a carriage return at the end', 'correct horse\r'],
    ['a tab inside', 'correct\thorse'],
  ])('in a password is refused: %s', (_name, text) => {
    expect(faultsOf({ ADMIN_EMAIL: 'a@b.example', ADMIN_PASSWORD: text })).toEqual([
      'ADMIN_PASSWORD must be a single line: it holds a line feed or another control character',
    ]);
  });

  it.each([' correct horse', 'correct horse ', '\u00A0correct horse'])('around a password is refused: %j', (text) => {
    expect(faultsOf({ ADMIN_EMAIL: 'a@b.example', ADMIN_PASSWORD: text })).toEqual([
      'ADMIN_PASSWORD must not begin or end with a space, which people do not type',
    ]);
  });

  it.each([
    ['PLANT_ID_API_KEY', 'ab\ncd'],
    ['AUTH_SECRETS', `${SECRET}\n${SECRET}`],
    ['AUTH_SECRETS', `${SECRET}\u0000${SECRET}`],
    ['DATABASE_URL', 'postgresql://plants:a\nb@db.example/plants'],
    ['REDIS_URL', 'redis://:a\rb@redis.example'],
    ['DATA_DIR', '.data\n.other'],
    ['PHOTO_STORE', 'file:/srv/a\nb'],
  ])('inside %s is refused, since addresses drop it silently', (variable, text) => {
    expect(faultsOf({ [variable]: text })).toEqual([expect.stringMatching(`^${variable} must be a single line`)]);
  });

  it.each(['ab cd', 'abc\u200B', 'schlüssel', 'abc…'])(
    'inside a key is refused like letters outside ASCII: %j',
    (text) => {
      expect(faultsOf({ PLANTNET_API_KEY: text })).toEqual([expect.stringContaining('only ASCII letters')]);
    },
  );

  it.each(['"abc"', "'abc'", ' "abc"\n'])('around quotes is removed, and the quotes are refused: %j', (text) => {
    expect(faultsOf({ PLANTNET_API_KEY: text })).toEqual([expect.stringContaining('is in quotes')]);
  });
});

describe('NAME_FILE', () => {
  let folder: string;
  const path = (name: string) => join(folder, name);
  const put = (name: string, content: string | Uint8Array) => {
    writeFileSync(path(name), content);
    return path(name);
  };
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'plant-secrets-'));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it.each(['abc', 'abc\n', 'abc\r\n', '\uFEFFabc\n', ' abc \n\n'])('reads a key from a file with %j', (content) => {
    expect(readSettings({ ...development, PLANT_ID_API_KEY_FILE: put('key', content) }).plantId.apiKey).toBe('abc');
  });

  it('reads every variable, also through a symbolic link as Kubernetes mounts them', () => {
    put('..data', '4000\n');
    symlinkSync(path('..data'), path('port'));
    const settings = readSettings({ APP_ENV_FILE: put('mode', 'development\n'), PORT_FILE: path('port') });
    expect(settings).toMatchObject({ mode: 'development', port: 4000 });
  });

  it.each(['correct horse', 'correct horse\n', 'correct horse\r\n', '\uFEFFcorrect horse\n'])(
    'reads a password without the final line feed of its file: %j',
    (content) => {
      const given = { ...development, ADMIN_EMAIL: 'a@b.example', ADMIN_PASSWORD_FILE: put('password', content) };
      expect(readSettings(given).admin?.password).toBe('correct horse');
    },
  );

  it.each(['correct horse\n\n', 'correct\nhorse\n'])('refuses a password with another line feed: %j', (content) => {
    const given = { ADMIN_EMAIL: 'a@b.example', ADMIN_PASSWORD_FILE: put('password', content) };
    expect(faultsOf(given)).toEqual([expect.stringMatching(/^ADMIN_PASSWORD_FILE must be a single line/)]);
  });

  it('counts as unset when it is empty', () => {
    expect(faultsOf({ PLANT_ID_API_KEY_FILE: '', AUTH_SECRETS_FILE: ' ' })).toEqual([]);
  });

  it('is refused beside the variable itself, empty ones aside', () => {
    const file = put('key', 'abc');
    expect(faultsOf({ PLANT_ID_API_KEY: 'abc', PLANT_ID_API_KEY_FILE: file })).toEqual([
      'PLANT_ID_API_KEY_FILE must not be set beside PLANT_ID_API_KEY: keep one of the two',
    ]);
    expect(faultsOf({ PLANT_ID_API_KEY: '', PLANT_ID_API_KEY_FILE: file })).toEqual([]);
  });

  it.each<[string, () => string, string]>([
    ['is missing', () => path('none'), 'which does not exist'],
    ['is below a file', () => `${put('key', 'abc')}/x`, 'which does not exist'],
    [
      'is a folder',
      () => {
        mkdirSync(path('folder'), { recursive: true });
        return path('folder');
      },
      'which is a folder',
    ],
    ['is a device', () => '/dev/null', 'which is not a regular file'],
    ['is empty', () => put('empty', ''), 'which is empty'],
    ['has only a line feed', () => put('blank', '\n'), 'which is empty'],
    ['is too large', () => put('large', 'hunter2'.repeat(20_000)), 'which is larger than 64 kB'],
    ['is not text', () => put('binary', new Uint8Array([0xff, 0xfe, 0x41])), 'which is not UTF-8 text'],
  ])('is refused with one fault when the file %s', (_name, file, reason) => {
    const named = file();
    expect(faultsOf({ AUTH_SECRETS_FILE: named })).toEqual([`AUTH_SECRETS_FILE names ${named}, ${reason}`]);
  });

  it.skipIf(process.getuid?.() === 0)('names the user who may not read the file (root may read all)', () => {
    const file = put('locked', 'abc');
    chmodSync(file, 0);
    expect(faultsOf({ AUTH_SECRETS_FILE: file })).toEqual([expect.stringMatching(/which user \d+ may not read$/)]);
  });

  it('is named in the fault of its content, which is never repeated', () => {
    const fault = faultsOf({ AUTH_SECRETS_FILE: put('short', 'hunter2\n') });
    expect(fault).toEqual(['AUTH_SECRETS_FILE must be at least 32 bytes long']);
  });

  it('fulfils a requirement of production, and is reported once when it cannot be read', () => {
    const faults = faultsOf({ APP_ENV: 'production', AUTH_SECRETS_FILE: path('none') });
    expect(faults.filter((fault) => fault.startsWith('AUTH_SECRETS'))).toEqual([
      `AUTH_SECRETS_FILE names ${path('none')}, which does not exist`,
    ]);
    const given = { APP_ENV: 'production', AUTH_SECRETS_FILE: put('token', SECRET) };
    expect(faultsOf(given).filter((fault) => fault.startsWith('AUTH_SECRETS'))).toEqual([]);
  });
});

describe('modeOf', () => {
  const folder = mkdtempSync(join(tmpdir(), 'plant-mode-'));
  afterAll(() => rmSync(folder, { recursive: true }));

  it('reads APP_ENV as the settings do, also while other settings are wrong', () => {
    const file = join(folder, 'mode');
    writeFileSync(file, 'development\n');
    for (const environment of [{ APP_ENV: ' development\n' }, { APP_ENV_FILE: file }]) {
      expect(modeOf({ ...environment, PORT: 'none' })).toBe('development');
      expect(readSettings(environment).mode).toBe('development');
    }
  });

  it.each([{}, { APP_ENV: '' }, { APP_ENV: 'production' }, { APP_ENV: 'staging' }, { APP_ENV_FILE: '/nowhere' }])(
    'is production for %o',
    (environment) => {
      expect(modeOf(environment)).toBe('production');
    },
  );
});
