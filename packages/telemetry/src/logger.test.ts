import { describe, expect, it } from 'vitest';
import { createLogger, type Logger } from './logger.ts';
import { runWithRequestId } from './request-id.ts';
import { inSpan } from './spans.ts';
import { recordSpans } from './testing/record-spans.ts';

function logged(write: (logger: Logger) => void, level = 'info'): string[] {
  const lines: string[] = [];
  write(createLogger({ level, destination: { write: (line) => lines.push(line) } }));
  return lines;
}

function entry(write: (logger: Logger) => void): Record<string, unknown> {
  const [line = ''] = logged(write);
  return JSON.parse(line) as Record<string, unknown>;
}

describe('a log entry', () => {
  it('has level and time', () => {
    expect(entry((logger) => logger.fatal('x'))).toMatchObject({
      level: 'fatal',
      msg: 'x',
      time: expect.stringMatching(/Z$/) as string,
    });
  });

  it('has the id of its request', () => {
    expect(entry((logger) => runWithRequestId('r1', () => logger.info('x')))).toHaveProperty('requestId', 'r1');
    expect(entry((logger) => logger.info('x'))).not.toHaveProperty('requestId');
  });

  it('has the ids of the active trace and span', async () => {
    const recorder = recordSpans();
    const inside = await inSpan('identify', {}, async () => entry((logger) => logger.info('x')));
    recorder.stop();
    const { spanId, traceId } = recorder.only('identify').spanContext();
    expect(inside).toMatchObject({ trace_id: traceId, span_id: spanId });
    expect(entry((logger) => logger.info('x'))).not.toHaveProperty('trace_id');
  });

  it('is omitted below the level', () => {
    expect(logged((logger) => logger.debug('x'), 'info')).toEqual([]);
  });

  it('is one line, also for a message with line breaks', () => {
    const [line = ''] = logged((logger) => logger.info('a\r\nb'));
    expect(line.trimEnd()).not.toMatch(/[\r\n]/);
    expect(JSON.parse(line)).toHaveProperty('msg', 'a b');
  });
});

describe('a logged error', () => {
  it('has its class, message and stack', () => {
    const { err, msg } = entry((logger) => logger.error(new TypeError('out of leaves')));
    expect(msg).toBe('out of leaves');
    expect(err).toMatchObject({
      type: 'TypeError',
      message: 'out of leaves',
      stack: expect.stringContaining('logger.test.ts') as string,
    });
  });

  it('may have no stack', () => {
    const bare = Object.assign(new Error('bare'), { stack: undefined });
    expect(entry((logger) => logger.error(bare))).toMatchObject({ msg: 'bare', err: { message: 'bare' } });
  });

  it('has its causes in message and stack, each with one line and its frames', () => {
    const root = new RangeError('no\nwater\n    at a forged frame');
    const { err, msg } = entry((logger) => logger.error({ err: new Error('wilted', { cause: root }) }, 'x'));
    const { message, stack } = err as { message: string; stack: string };
    expect(msg).toBe('x');
    expect(message).toBe('wilted: no water     at a forged frame');
    const [first = '', ...lines] = stack.split('\n');
    const others = lines.filter((line) => !/^ +at .*(?::\d+\)?|<anonymous>\))$/.test(line));
    expect([first, ...others]).toEqual(['Error: wilted', 'caused by: RangeError: no water     at a forged frame']);
  });
});
