import { Writable } from 'node:stream';
import { createLogger } from '@plantcommunity/telemetry';
import { describe, expect, it } from 'vitest';
import { nextAuthLogger } from './next-auth-options.ts';
import { Browser } from './testing/browser.ts';

describe('a log entry of next-auth', () => {
  function record() {
    const lines: string[] = [];
    const destination = new Writable({
      write(chunk: Buffer, _encoding, done) {
        lines.push(chunk.toString());
        done();
      },
    });
    return { lines, log: nextAuthLogger(createLogger({ level: 'debug', destination })) };
  }

  it('is one line with code and reason', () => {
    const { lines, log } = record();
    log.error('CALLBACK_CREDENTIALS_ERROR', { error: new Error('boom'), providerId: 'credentials' });
    expect(lines).toHaveLength(1);
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({
      level: 'error',
      code: 'CALLBACK_CREDENTIALS_ERROR',
      reason: 'boom',
      msg: '[AUTH] next-auth',
    });
  });

  it('is at level debug for an ended session', () => {
    const { lines, log } = record();
    log.error('JWT_SESSION_ERROR', new Error('This session was ended.'));
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({ level: 'debug' });
  });

  it('is a warning for a forged return from another service, and an error for an unreachable service', () => {
    const { lines, log } = record();
    log.error('OAUTH_CALLBACK_ERROR', { error: new Error('state mismatch'), providerId: 'github' });
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({ level: 'warn', reason: 'state mismatch' });
    log.error('SIGNIN_OAUTH_ERROR', { error: new Error('connect ECONNREFUSED'), providerId: 'github' });
    expect(JSON.parse(lines[1] ?? '')).toMatchObject({ level: 'error' });
    log.error('constructor', new Error('an unknown code'));
    expect(JSON.parse(lines[2] ?? '')).toMatchObject({ level: 'error' });
  });

  it('is short, however long the text of a client is', () => {
    const { lines, log } = record();
    log.error('x'.repeat(100_000), { message: 'y'.repeat(100_000), name: 'n' });
    log.warn('z\n{"level":"fatal"}'.repeat(1_000) as 'NO_SECRET');
    expect(lines).toHaveLength(2);
    for (const line of lines) expect(line.length).toBeLessThan(600);
  });

  it.each([
    { level: 'error', code: 'CALLBACK_CREDENTIALS_ERROR', message: 'made up', error: { message: 'made up' } },
    { level: 'error', code: 'SIGNIN_OAUTH_ERROR', error: 'made up' },
    { level: 'error', code: 7 },
    { level: 'error' },
    { level: 'fatal', code: 'x' },
    { level: '__defineGetter__', code: 'x' },
    {},
  ])('is a warning when a client posts %j to the log route', async (entry) => {
    const { lines, log } = record();
    await new Browser({ nextAuthOptions: { providers: [], secret: 'a secret', logger: log } }).log(entry);
    expect(lines.map(levelOf)).toEqual(['warn']);
  });

  it.each([
    ['session', 'x'],
    ['signin', 'x'],
    ['error', 'javascript:alert(1)'],
  ])('is a warning for a request for %s with the callback URL %s', async (page, callbackUrl) => {
    const { lines, log } = record();
    await new Browser({ nextAuthOptions: { providers: [], secret: 'a secret', logger: log } }).open(page, {
      callbackUrl,
    });
    expect(lines.map(levelOf)).toEqual(['warn']);
  });

  it('is a warning for an invalid callback URL in a cookie', async () => {
    const { lines, log } = record();
    const options = { providers: [], secret: 'a secret', logger: log, pages: { error: '/login' } };
    const browser = new Browser({ nextAuthOptions: options }, 'http://localhost:3000', {
      'next-auth.callback-url': 'x',
    });
    await browser.open('signin', { callbackUrl: '/login' });
    expect(lines.map(levelOf)).toEqual(['warn', 'warn']);
  });
});

function levelOf(line: string): unknown {
  return (JSON.parse(line) as { level: unknown }).level;
}
