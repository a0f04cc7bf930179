import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { testRedisUrl } from './testing/test-redis.ts';

const PACKAGE = new URL('../', import.meta.url);
const CLOSE = 'await redis.close();\n';

describe.skipIf(!testRedisUrl)('the README', () => {
  let weather: Server;
  let requests = 0;
  let status = 200;
  let blocks: readonly string[] = [];

  beforeAll(async () => {
    weather = createServer((_request, response) => {
      requests += 1;
      response.writeHead(status, { 'content-type': 'application/json' }).end('{"sky":"clear"}');
    });
    weather.listen(0, '127.0.0.1');
    await once(weather, 'listening');
    const readme = await readFile(new URL('README.md', PACKAGE), 'utf8');
    blocks = Array.from(readme.matchAll(/^```ts\n(.*?)^```$/gms), ([, code = '']) => code);
  });
  afterAll(() => weather.close());

  /** Runs code of the README against the Redis of the tests. @returns its output */
  async function run(code: string): Promise<{ exitCode: number | null; output: string; errors: string }> {
    const address = weather.address();
    if (typeof address !== 'object' || !address) throw new TypeError('a server on a port has an address');
    const program = code
      .replaceAll('redis://localhost', testRedisUrl)
      .replaceAll('https://weather.example', `http://127.0.0.1:${address.port}`)
      // Other tests and earlier runs use the same Redis.
      .replaceAll("'weather'", `'weather-${randomUUID()}'`);
    const child = spawn(process.execPath, ['--input-type=module-typescript'], { cwd: fileURLToPath(PACKAGE) });
    child.stdin.end(program);
    const exited = once(child, 'exit');
    const [output, errors] = await Promise.all([text(child.stdout), text(child.stderr)]);
    await exited;
    return { exitCode: child.exitCode, output, errors };
  }

  it('begins with a complete example that runs', async () => {
    requests = 0;
    const result = await run(blocks[0] ?? '');
    expect({ ...result, requests }).toEqual({
      exitCode: 0,
      output: "loaded { sky: 'clear' }\n",
      errors: '',
      requests: 1,
    });
  });

  it('begins with an example that takes an error of the service for a failure', async () => {
    status = 503;
    const result = await run(blocks[0] ?? '');
    status = 200;
    expect({ exitCode: result.exitCode, output: result.output }).toEqual({ exitCode: 1, output: '' });
    expect(result.errors).toContain('weather answered 503');
  });

  it('has examples that continue the first one', async () => {
    const [first = '', ...others] = blocks;
    expect(first).toContain(CLOSE);
    const result = await run([first.replace(CLOSE, ''), ...others, CLOSE].join('\n'));
    expect({ exitCode: result.exitCode, errors: result.errors }).toEqual({ exitCode: 0, errors: '' });
    expect(result.output.split('\n')).toEqual([
      "loaded { sky: 'clear' }",
      "{ sky: 'clear' }",
      expect.stringMatching(/^holds the lease with fence \d+ false$/),
      "this caller started the flight { sky: 'clear' }",
      'not within 50 ms',
      '',
    ]);
  });
});
