import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from '@plantcommunity/resilience/testing';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { root } from '../root.ts';
import { service, startChild } from '../start/child.ts';
import { findProgram } from '../start/find-program.ts';
import { createProcessGroup } from '../start/process-group.ts';
import { type Cluster, missingCluster, startCluster } from '../test/services/postgres-cluster.ts';
import { serviceOf } from './testing/compose.ts';
import { lastOf, readStages, wordsOf } from './testing/dockerfile.ts';
import { type BuiltImage, buildImage, removeBuild } from './testing/image-build.ts';

const BUILD_MS = 400_000;
const START_MS = 60_000;
const POLL_MS = 100;
const PASSWORD = 'for-tests-of-the-image';

const image = readStages().at(-1);
if (image === undefined) throw new Error('The Dockerfile has no stage.');
const command = wordsOf(lastOf(image, 'CMD'));
const healthCheck = wordsOf(lastOf(image, 'HEALTHCHECK'));
const redis = findProgram('redis-server', 'valkey-server');
const missing = missingCluster() ?? (redis === undefined ? 'there is no redis-server' : undefined);

describe.skipIf(missing !== undefined)(`the image of the Dockerfile${missing ? ` (${missing})` : ''}`, () => {
  const group = createProcessGroup({ add: () => {} });
  const folder = mkdtempSync(join(tmpdir(), 'plant-image-'));
  let built: BuiltImage;
  let cluster: Cluster;
  let settings: Record<string, string>;

  beforeAll(async () => {
    const ports = { postgres: await freePort(), redis: await freePort() };
    const access = ['host all all 127.0.0.1/32 trust'];
    [built, cluster] = await Promise.all([buildImage(folder), startCluster(group, { port: ports.postgres, access })]);
    const secrets = join(folder, 'secrets');
    mkdirSync(secrets);
    const secret = (name: string, value: string) => {
      writeFileSync(join(secrets, name), `${value}\n`);
      chmodSync(join(secrets, name), 0o444);
      return join(secrets, name);
    };
    secret('redis_password', PASSWORD);
    settings = {
      DATABASE_URL_FILE: secret('database_url', `postgresql://postgres@127.0.0.1:${ports.postgres}/postgres`),
      REDIS_URL_FILE: secret('redis_url', `redis://:${PASSWORD}@127.0.0.1:${ports.redis}`),
      AUTH_SECRETS_FILE: secret('auth_secrets', 'for-tests-of-the-image-0123456789'),
      METRICS_TOKEN_FILE: secret('metrics_token', 'for-tests-of-the-image'),
      PLANT_ID_API_KEY_FILE: secret('plant_id_api_key', 'for-tests'),
      ADMIN_PASSWORD_FILE: secret('admin_password', 'correct horse battery'),
      ADMIN_EMAIL: 'admin@plants.example',
      ALLOWED_HOSTS: '127.0.0.1',
      PLANT_ID_BASE_URL: 'http://127.0.0.1:9/api/v3',
    };
    await startRedisOfCompose(ports.redis, secrets);
  }, BUILD_MS);

  afterAll(async () => {
    await group.stop();
    cluster.remove();
    removeBuild(folder);
  });

  /** Runs the command that compose.yaml gives to Valkey, with the Redis of this machine. */
  async function startRedisOfCompose(port: number, secrets: string): Promise<void> {
    const data = join(folder, 'redis');
    mkdirSync(data);
    const [shell = '', flags = '', script = ''] = serviceOf('valkey').command;
    const text = script
      .replaceAll('$$', '$')
      .replace('/run/secrets', secrets)
      .replace('/data', data)
      .replace('valkey-server', `${redis} --bind 127.0.0.1 --port ${port} --loglevel warning`);
    group.add(startChild({ name: 'Redis', command: service('supervise', shell, flags, text), cwd: data }));
    const connection = async () => {
      const socket = connect(port, '127.0.0.1');
      await once(socket, 'connect');
      socket.destroy();
    };
    // oxlint-disable-next-line vitest/no-restricted-vi-methods -- it runs in a hook, which has no expect
    await vi.waitFor(connection, { timeout: START_MS });
  }

  interface Container {
    process: ChildProcess;
    output: () => string;
  }

  /** Runs a command of the image where it may write to its data folder alone. */
  function container(words: readonly string[], environment: Record<string, string> = {}): Container {
    const [program, ...args] = built.asUser(...words.map((word) => word.replace(/^\/app\//, built.inside('/app/'))));
    const started = spawn(program, args, {
      cwd: built.workFolder,
      // It ends with this process. HOME and TMPDIR are read-only, as they are in a container.
      env: {
        ...built.environment,
        ...settings,
        ...environment,
        HOME: '/proc',
        TMPDIR: '/proc',
        PLANT_LAUNCHER_PIPE: '1',
      },
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    let output = '';
    for (const stream of [started.stdout, started.stderr]) stream.on('data', (chunk) => (output += String(chunk)));
    return { process: started, output: () => output };
  }

  async function exitOf({ process: child }: Container): Promise<number | null> {
    if (child.exitCode === null) await once(child, 'close');
    return child.exitCode;
  }

  /** Starts an instance and waits until the health check of the image says that it lives. */
  async function startInstance(port: number): Promise<Container> {
    const instance = container(command, { PORT: String(port), APP_URL: `http://127.0.0.1:${port}` });
    const start = performance.now();
    while ((await exitOf(container(healthCheck, { PORT: String(port) }))) !== 0) {
      if (instance.process.exitCode !== null || performance.now() - start > START_MS) {
        throw new Error(`The instance did not start:\n${instance.output()}`);
      }
      await sleep(POLL_MS);
    }
    return instance;
  }

  it('starts two instances after its migrations, passes the smoke test and ends on SIGTERM', {
    timeout: 4 * START_MS,
  }, async () => {
    const migrate = () => container(serviceOf('migrate').command, { APP_URL: 'http://127.0.0.1' });
    const migrations = [migrate(), migrate()];
    await Promise.all(migrations.map(exitOf));
    const entries = migrations.map((each) => JSON.parse(each.output()) as { applied: string[] });
    expect(entries.toSorted((a, b) => a.applied.length - b.applied.length)).toEqual([
      expect.objectContaining({ level: 'info', applied: [] }),
      expect.objectContaining({
        level: 'info',
        applied: expect.arrayContaining([expect.stringMatching(/_init$/)]) as unknown,
      }),
    ]);

    const ports = [await freePort(), await freePort()];
    const instances = await Promise.all(ports.map(startInstance));
    for (const port of ports) {
      const smoke = spawn('npm', ['run', 'smoke', '--', `http://127.0.0.1:${port}`], { cwd: root });
      let seen = '';
      smoke.stdout.on('data', (chunk) => (seen += String(chunk)));
      await once(smoke, 'close');
      expect(smoke.exitCode === 0 ? '' : seen).toBe('');
    }

    for (const { process: started } of instances) started.kill('SIGTERM');
    expect(await Promise.all(instances.map(exitOf))).toEqual([0, 0]);
    const lines = instances.flatMap((each) => each.output().trim().split('\n'));
    expect(lines.filter((line) => !/^\{"level":.*\}$/.test(line))).toEqual([]);
    expect(lines.at(-1)).toContain('Shutdown complete');
  });

  it('writes to its data folder alone', async () => {
    const search = container(['find', built.folder, '-writable', '-not', '-type', 'l']);
    await exitOf(search);
    const places = search.output().trim().split('\n');
    expect(places).toContain(built.inside('/data'));
    expect(places.filter((place) => !place.startsWith(built.inside('/data')))).toEqual([]);
  });

  it('holds no test and no tool of the build', async () => {
    const list = container(['find', '/app/', '-name', 'node_modules', '-prune', '-o', '-type', 'f', '-print']);
    await exitOf(list);
    expect(list.output().match(/.*(?:\.test\.tsx?|\/testing\/|\/e2e\/|\/\.env).*/g)).toBeNull();
    const packages = container(['ls', '/app/node_modules/.pnpm']);
    await exitOf(packages);
    expect(packages.output()).toContain('next@');
    expect(packages.output()).not.toMatch(/^(?:vitest|turbo|@biomejs\+biome|@electric-sql\+pglite|js-redis-server)@/m);
  });
});
