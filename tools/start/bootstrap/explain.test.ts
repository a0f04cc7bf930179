import { expect, it } from 'vitest';
import { explain } from './explain.mjs';

const systemError = (code: string, syscall: string, path?: string) =>
  Object.assign(new Error(`${code}: some text, ${syscall}`), { code, syscall, path });

it.each([
  [systemError('EROFS', 'open', '/srv/a'), 'open /srv/a failed: the disk is read-only (EROFS).'],
  [systemError('ENOSPC', 'write'), 'write failed: the disk is full (ENOSPC).'],
  [systemError('EACCES', 'mkdir', '/srv'), 'mkdir /srv failed: this user may not (EACCES).'],
  [systemError('EXOTIC', 'open', '/srv'), 'open /srv failed: EXOTIC.'],
  [new TypeError('it broke'), 'it broke'],
  ['a text', 'a text'],
])('`explain` describes %o in one sentence', (error, expected) => {
  expect(explain(error)).toBe(expected);
});
