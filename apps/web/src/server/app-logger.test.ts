import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';

const run = promisify(execFile);

/** Logs in a process of its own, because other tests may have loaded the formatter into this one. */
async function logged(mode: 'production' | 'development'): Promise<{ entry: string; isFormatterLoaded: string }> {
  const file: string = new URL('app-logger.ts', import.meta.url).href;
  const code = `
    import { createRequire } from 'node:module';
    const { createAppLogger } = await import(${JSON.stringify(file)});
    const logger = await createAppLogger({ mode: ${JSON.stringify(mode)}, logLevel: 'info' });
    logger.info({ tries: 3 }, 'The app serves');
    const { cache } = createRequire(${JSON.stringify(file)});
    console.log(Object.keys(cache).some((path) => path.includes('/pino-pretty/')));`;
  const { stdout } = await run(process.execPath, ['--input-type=module', '--eval', code]);
  const [entry = '', isFormatterLoaded = ''] = stdout.split('\n');
  return { entry, isFormatterLoaded };
}

describe('createAppLogger', () => {
  it('writes JSON in production, without loading the formatter', async () => {
    const { entry, isFormatterLoaded } = await logged('production');
    expect(JSON.parse(entry)).toMatchObject({ level: 'info', msg: 'The app serves', tries: 3 });
    expect(isFormatterLoaded).toBe('false');
  });

  it('writes lines for people in development', async () => {
    const { entry, isFormatterLoaded } = await logged('development');
    expect(entry).toMatch(/^\[[\d:.]{12}\] INFO: The app serves \{"tries":3\}$/);
    expect(isFormatterLoaded).toBe('true');
  });
});

describe('exitWithReason', () => {
  const file: string = new URL('app-logger.ts', import.meta.url).href;
  const code = `
    const { exitWithReason } = await import(${JSON.stringify(file)});
    exitWithReason('The settings have 1 fault:\\n  REDIS_URL is redis://:hush9f3Q@x');`;
  const exit = (mode: string) =>
    run(process.execPath, ['--input-type=module', '--eval', code], { env: { ...process.env, APP_ENV: mode } }).then(
      () => ({ code: 0, stdout: '', stderr: '' }),
      (error: { code: number; stdout: string; stderr: string }) => error,
    );

  it('writes a text in development', async () => {
    expect(await exit('development')).toMatchObject({
      code: 1,
      stdout: '',
      stderr: 'The settings have 1 fault:\n  REDIS_URL is redis://:hush9f3Q@x\n',
    });
  });

  it('writes a log entry for each line in production, without secrets', async () => {
    const { code: exitCode, stderr, stdout } = await exit('production');
    const entries = stdout.split('\n').slice(0, -1);
    expect(entries.map((line) => JSON.parse(line) as unknown)).toEqual([
      expect.objectContaining({ level: 'fatal', msg: 'The settings have 1 fault:' }),
      expect.objectContaining({ level: 'fatal', msg: 'REDIS_URL is redis://[redacted]@x' }),
    ]);
    expect({ exitCode, stderr }).toEqual({ exitCode: 1, stderr: '' });
  });
});
