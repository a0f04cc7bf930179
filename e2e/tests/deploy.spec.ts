import { randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect } from '../fixtures/development.ts';
import { run } from '../fixtures/process.ts';
import { test } from '../fixtures/production.ts';
import { startServices } from '../fixtures/services.ts';

/** Runs a command of deploy/, and returns its last line and all lines. */
function verdictOf(program: string, environment: Record<string, string>, args: readonly string[] = []) {
  const verdict = /^\d+ (as they should be|errors), .*/;
  const running = run(program, environment, args);
  return running.line((line) => verdict.exec(line)?.[0]).then((last) => ({ last, lines: running.output() }));
}

test('smoke finds no error in the product in production', async ({ app }) => {
  const { last, lines } = await verdictOf('tools/deploy/smoke.ts', {}, [app.url]);
  expect(lines.match(/^✗.*(\n {4}.*)*/gm) ?? []).toEqual([]);
  expect(last).toMatch(/^[2-9]\d as they should be, 0 not$/);
});

test('smoke finds the errors of a server that answers every request with 200', async () => {
  const server = createServer((_request, answer) => answer.end('yes'));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const { last, lines } = await verdictOf('tools/deploy/smoke.ts', {}, [`http://127.0.0.1:${port}`]);
  server.close();
  // Such a server passes only the probes.
  expect(lines.match(/^✓/gm)).toHaveLength(2);
  expect(last).toMatch(/, [2-9]\d not$/);
  expect(lines).toContain('scripts run without a nonce');
});

test('check:deploy lists wrong settings, and checks the services', async () => {
  const services = await startServices();
  const settings = {
    ...services.settings,
    APP_URL: 'https://plants.example',
    ALLOWED_HOSTS: 'plants.example',
    METRICS_TOKEN: randomBytes(24).toString('base64'),
    AUTH_SECRETS: 'a'.repeat(32),
    TRUSTED_PROXY_HOPS: '1',
    PLANT_ID_API_KEY: 'k',
  };
  const { last, lines } = await verdictOf('tools/deploy/check-deploy.ts', settings);
  expect(lines).toContain('error    AUTH_SECRETS has few different characters in secret 1 of 1');
  expect(lines).toContain('error    REDIS_URL is the embedded Redis');
  expect(lines).toContain('warning  PLANTNET_API_KEY is not set');
  expect(lines).toContain('warning  DATABASE_URL lacks migrations');
  expect(lines).not.toContain('aaaa');
  await services.stop();
  expect(last).toBe('3 errors, 2 warnings');

  const { lines: faults } = await verdictOf('tools/deploy/check-deploy.ts', {});
  expect(faults).toContain('error    ALLOWED_HOSTS is required in production.');
});
