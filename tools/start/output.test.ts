import { PassThrough } from 'node:stream';
import { describe, expect, test } from 'vitest';
import { createLauncherOutput } from './output.ts';

/** Returns what the launcher prints in a mode. */
async function printed(mode: string | undefined): Promise<string> {
  const stream = new PassThrough();
  const output = await createLauncherOutput(mode, stream);
  output.say('\nPlant ID Community is ready: http://localhost:3000\n\n  Redis         real, localhost\n');
  return String(stream.read());
}

describe('createLauncherOutput', () => {
  test.each(['development', undefined])('prints text in mode %s', async (mode) => {
    expect(await printed(mode)).toBe(
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
});
