import { describe, expect, it } from 'vitest';
import { createLogger, type Logger } from './logger.ts';
import { runWithRequestId } from './request-id.ts';
import { inSpan } from './spans.ts';
import { recordSpans } from './testing/record-spans.ts';

const SECRET = 'hush9f3Q';

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

describe('the logger', () => {
  const url = `https://my-api.plantnet.org/v2/identify/all?api-key=${SECRET}`;
  const error = new Error(`fetch of ${url} failed`, { cause: new Error(`Bearer ${SECRET}`) });
  it.each<[string, (logger: Logger) => void]>([
    ['in the message', (logger) => logger.info(`GET ${url}`)],
    ['in an argument of the message', (logger) => logger.info('GET %s', url)],
    ['in a field', (logger) => logger.info({ url }, 'x')],
    [
      'in a field by name',
      (logger) => logger.info({ headers: { 'Api-Key': SECRET, cookie: SECRET, Authorization: SECRET } }, 'x'),
    ],
    ['in nested lists', (logger) => logger.info({ calls: [{ request: { url: new URL(url) } }] }, 'x')],
    ['in an error', (logger) => logger.error(error)],
    ['in an error beside a message', (logger) => logger.error({ err: error }, 'x')],
    ['in the bindings of a child', (logger) => logger.child({ apiKey: SECRET, url }).info('x')],
    ['in bytes', (logger) => logger.info({ photo: Buffer.from(SECRET) }, 'x')],
  ])('removes a secret %s', (_where, write) => {
    const lines = logged(write);
    expect(lines).toHaveLength(1);
    expect(lines[0]).not.toContain(SECRET);
    expect(lines[0]).not.toContain(Buffer.from(SECRET).toJSON().data.join(','));
  });

  it('writes class, message and stack of an error', () => {
    const { err, msg } = entry((logger) => logger.error(new TypeError('out of leaves')));
    expect(msg).toBe('out of leaves');
    expect(err).toMatchObject({
      type: 'TypeError',
      message: 'out of leaves',
      stack: expect.stringContaining('logger.test.ts') as string,
    });
  });

  it('writes an error without a stack', () => {
    const bare = Object.assign(new Error('bare'), { stack: undefined });
    expect(entry((logger) => logger.error(bare))).toMatchObject({ msg: 'bare', err: { message: 'bare' } });
  });
});
