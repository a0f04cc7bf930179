import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { UpstashScriptCompat } from './upstash-script-compat.ts';

const sha1 = (text: string) => createHash('sha1').update(text).digest('hex');
const BODY = '\nreturn ARGV[1]';
const SCRIPT = `#!lua flags=allow-key-locking${BODY}`;

describe('UpstashScriptCompat', () => {
  it('removes the first line of scripts with the flag of Upstash, and keeps the line numbers', () => {
    expect(new UpstashScriptCompat().adapt(['EVAL', SCRIPT, '0', 'x'])).toEqual(['EVAL', BODY, '0', 'x']);
  });

  it('leaves every other script and command unchanged', () => {
    const scripts = new UpstashScriptCompat();
    for (const command of [
      ['EVAL', '#!lua flags=no-writes\nreturn 1', '0'],
      ['EVAL', 'return "allow-key-locking"', '0'],
      ['EVALSHA', sha1(SCRIPT), '0'],
      ['SET', 'key', SCRIPT],
      ['SCRIPT', 'FLUSH'],
    ] as const) {
      expect(scripts.adapt(command)).toEqual(command);
    }
  });

  it.each([
    ['EVAL', SCRIPT, '0'],
    ['SCRIPT', 'LOAD', SCRIPT],
  ] as const)('translates the SHA of the original script after %s', (...command) => {
    const scripts = new UpstashScriptCompat();
    scripts.adapt(command);
    expect(scripts.adapt(['EVALSHA', sha1(SCRIPT).toUpperCase(), '1', 'key'])).toEqual([
      'EVALSHA',
      sha1(BODY),
      '1',
      'key',
    ]);
  });

  it('returns the text for a SHA that Redis has forgotten', () => {
    const scripts = new UpstashScriptCompat();
    expect(scripts.withText(['EVALSHA', sha1(SCRIPT), '0'])).toBeUndefined();
    scripts.adapt(['EVAL', SCRIPT, '0']);
    expect(scripts.withText(['EVALSHA', sha1(SCRIPT), '0', 'x'])).toEqual(['EVAL', BODY, '0', 'x']);
    expect(scripts.withText(['EVALSHA_RO', sha1(SCRIPT), '0'])).toEqual(['EVAL_RO', BODY, '0']);
  });
});
