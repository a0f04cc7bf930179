import { createLogger } from '@plantcommunity/telemetry';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { redirectConsole } from './redirect-console.ts';

const METHODS = ['debug', 'log', 'info', 'warn', 'error', 'trace'] as const;
const EVENTS = ['warning', 'uncaughtException', 'unhandledRejection'] as const;

let restore: () => void;
beforeEach(() => {
  const methods = METHODS.map((method) => console[method]);
  const listeners = EVENTS.map((event) => process.listeners(event as 'warning'));
  restore = () => {
    // The streams inherit their own method.
    for (const stream of [process.stdout, process.stderr]) Reflect.deleteProperty(stream, 'write');
    for (const [n, method] of METHODS.entries()) Reflect.set(console, method, methods[n]);
    for (const [n, event] of EVENTS.entries()) {
      process.removeAllListeners(event);
      for (const listener of listeners[n] ?? []) process.on(event, listener);
    }
  };
});
afterEach(() => restore());

function logged(print: () => void): Record<string, unknown>[] {
  const lines: string[] = [];
  redirectConsole(createLogger({ level: 'debug', destination: { write: (line) => void lines.push(line) } }));
  print();
  return lines.map((line) => JSON.parse(line) as Record<string, unknown>);
}

describe('redirectConsole', () => {
  it('writes an error of Next as one JSON line with class, message and stack', () => {
    const method = 'error';
    const error = new TypeError('The router state header was sent but could not be parsed.');
    const [line, ...rest] = logged(() => console[method](' \u001B[31m⨯\u001B[39m', error));
    expect(rest).toEqual([]);
    expect(line).toMatchObject({
      level: 'error',
      msg: 'The router state header was sent but could not be parsed.',
      err: { type: 'TypeError', stack: expect.stringContaining('redirect-console.test.ts') as string },
    });
  });

  it.each([
    ['log', 'info'],
    ['warn', 'warn'],
    ['trace', 'debug'],
  ] as const)('writes console.%s at level %s, with several lines of text in one log line', (method, level) => {
    const lines = logged(() => console[method](' ⚠ first\nsecond %s', 'value', { of: ['an', 'object'] }));
    expect(lines).toEqual([expect.objectContaining({ level, msg: "first second value { of: [ 'an', 'object' ] }" })]);
  });

  it('logs warnings of Node, which Node then no longer prints', () => {
    const lines = logged(() => process.emit('warning', new Error('a leak is likely')));
    expect(lines).toEqual([expect.objectContaining({ level: 'warn', msg: 'a leak is likely' })]);
  });

  it.each([
    ['stdout', 'info'],
    ['stderr', 'warn'],
  ] as const)('logs each line that a library writes to %s, at level %s', async (name, level) => {
    const written = Promise.withResolvers<void>();
    const lines = logged(() => {
      process[name].write('\u001B[33mone\u001B[39m\n\r\ntwo\n');
      process[name].write(Buffer.from('three'), () => written.resolve());
    });
    await written.promise;
    expect(lines).toEqual(['one', 'two', 'three'].map((msg) => expect.objectContaining({ level, msg }) as unknown));
  });
});
