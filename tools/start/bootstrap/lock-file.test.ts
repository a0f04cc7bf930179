import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { release, tryLock, withLock } from './lock-file.mjs';
import { identify, isRunning, toIdentity } from './process-identity.mjs';

let folder: string;
let lock: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'plant-lock-'));
  lock = join(folder, 'deep', 'a.lock');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

test('a lock can be taken once, and again after its release', () => {
  expect(tryLock(lock)).toBe(true);
  expect(tryLock(lock)).toBe(false);
  release(lock);
  expect(tryLock(lock)).toBe(true);
});

test.each([
  ['of a process that is gone', JSON.stringify({ pid: 2 ** 22 + 1, started: 'long ago' })],
  ['of a process whose number is another one now', JSON.stringify({ pid: process.pid, started: 'long ago' })],
  ['that cannot be read', '{'],
])('a lock %s is taken over, without leaving a file', (_, content) => {
  expect(tryLock(lock)).toBe(true);
  writeFileSync(lock, content);
  expect(tryLock(lock)).toBe(true);
  expect(tryLock(lock)).toBe(false);
  expect(readdirSync(join(folder, 'deep'))).toEqual(['a.lock']);
});

describe.each(['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK'])(
  'on a disk that answers hard links with %s',
  (code) => {
    const noLinks = () => {
      throw Object.assign(new Error(`${code}: no hard links here`), { code });
    };
    const left = () => readdirSync(join(folder, 'deep'));

    test('a lock can be taken once, and again after its release', () => {
      expect(tryLock(lock, noLinks)).toBe(true);
      expect(tryLock(lock, noLinks)).toBe(false);
      expect(left()).toEqual(['a.lock']);
      release(lock);
      expect(left()).toEqual([]);
      expect(tryLock(lock, noLinks)).toBe(true);
    });

    test.each([
      ['of a process that is gone', JSON.stringify({ pid: 2 ** 22 + 1, started: 'long ago' })],
      ['that cannot be read', '{'],
    ])('a lock %s is taken over, without leaving a file', (_, content) => {
      expect(tryLock(lock, noLinks)).toBe(true);
      writeFileSync(join(lock, 'holder'), content);
      expect(tryLock(lock, noLinks)).toBe(true);
      expect(tryLock(lock, noLinks)).toBe(false);
      expect(left()).toEqual(['a.lock']);
    });

    test('a lock made with a hard link is respected, and taken over when its process is gone', () => {
      expect(tryLock(lock)).toBe(true);
      expect(tryLock(lock, noLinks)).toBe(false);
      writeFileSync(lock, '{');
      expect(tryLock(lock, noLinks)).toBe(true);
      expect(tryLock(lock)).toBe(false);
    });
  },
);

test('`tryLock` throws for a failure other than missing hard links', () => {
  const full = () => {
    throw Object.assign(new Error('ENOSPC'), { code: 'ENOSPC' });
  };
  expect(() => tryLock(lock, full)).toThrow('ENOSPC');
  expect(readdirSync(join(folder, 'deep'))).toEqual([]);
});

test('`withLock` runs one work at a time, and reports once that it waits', async () => {
  const order: string[] = [];
  const waiting = Promise.withResolvers<void>();
  const onWait = vi.fn<() => void>(waiting.resolve);
  let finish = () => {};
  const first = withLock(lock, async () => {
    order.push('first begins');
    await new Promise<void>((resolve) => {
      finish = resolve;
    });
    order.push('first ends');
  });
  const second = withLock(lock, () => order.push('second'), onWait);
  await waiting.promise;
  finish();
  await Promise.all([first, second]);
  expect(order).toEqual(['first begins', 'first ends', 'second']);
  expect(onWait).toHaveBeenCalledOnce();
});

test('`withLock` releases the lock when the work fails', async () => {
  await expect(withLock(lock, () => Promise.reject(new Error('it broke')))).rejects.toThrow('it broke');
  expect(existsSync(lock)).toBe(false);
});

test('`isRunning` is true for the same process only, not for another with its number', () => {
  const own = identify(process.pid);
  if (!own) throw new Error('no identity');
  expect(isRunning(own)).toBe(true);
  expect(isRunning({ ...own, started: `${own.started}0` })).toBe(false);
  expect(toIdentity(JSON.parse(JSON.stringify(own)))).toEqual(own);
  expect(toIdentity({ pid: '1' })).toBeUndefined();
});
