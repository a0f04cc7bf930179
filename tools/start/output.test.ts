import { hostname } from 'node:os';
import { PassThrough } from 'node:stream';
import { describe, expect, test } from 'vitest';
import { createLauncherOutput, type LauncherOutput } from './output.ts';

const sayIsReady = ({ say }: LauncherOutput) =>
  say('\nPlant ID Community is ready: http://localhost:3000\n\n  Redis         real, localhost\n');

/** Returns what the launcher prints in a mode. */
async function printed(mode: 'development' | 'production', print = sayIsReady): Promise<string> {
  const stream = new PassThrough();
  print(await createLauncherOutput(mode, stream));
  return String(stream.read());
}

describe('createLauncherOutput', () => {
  test('prints text in development', async () => {
    expect(await printed('development')).toBe(
      '\nPlant ID Community is ready: http://localhost:3000\n\n  Redis         real, localhost\n\n',
    );
  });

  test('prints a log entry for each line in production', async () => {
    const lines = (await printed('production')).trimEnd().split('\n');
    expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual([
      expect.objectContaining({ level: 'info', msg: 'Plant ID Community is ready: http://localhost:3000' }),
      expect.objectContaining({ level: 'info', msg: 'Redis         real, localhost' }),
    ]);
  });

  test('prints a result as its fields, in production with level, time and message', async () => {
    const fields = { applied: ['20260101000000_init'] };
    const print = ({ result }: LauncherOutput) => result('The migrations are applied', fields);
    expect(await printed('development', print)).toBe('{"applied":["20260101000000_init"]}\n');
    expect(JSON.parse(await printed('production', print))).toEqual({
      level: 'info',
      time: expect.stringMatching(/Z$/) as unknown,
      pid: process.pid,
      hostname: hostname(),
      msg: 'The migrations are applied',
      ...fields,
    });
  });
});
