import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { checkingAnswers } from '@plantcommunity/api/testing';
import { openTestDatabase, testDatabaseUrl } from '@plantcommunity/db/testing';
import { buildContainer } from '../build-container.ts';
import type { Container } from '../container.ts';

const SIMULATOR = fileURLToPath(new URL('../../../../provider-simulator/src/main.ts', import.meta.url));
/** Patterns of the Redis keys that earlier tests may have left. */
const LEFTOVERS = ['ratelimit:*', 'credits:*', 'quota:*', 'answer:*', '*circuit*', 'operations:*'];

export interface Simulator {
  url: string;
  stop(): void;
}

/** Starts the simulator of both providers in a process of its own. */
export async function startSimulator(): Promise<Simulator> {
  const child = fork(SIMULATOR, [], {
    env: { ...process.env, APP_ENV: 'development' },
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
  });
  const [line] = child.stdout === null ? [] : ((await once(child.stdout, 'data')) as unknown[]);
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the simulator writes this line itself
  const { listening } = JSON.parse(String(line)) as { listening: string };
  return { url: listening, stop: () => void child.kill('SIGKILL') };
}

/**
 * Wires an instance of the app to the simulator, with empty counts and caches; it calls the providers with a key in
 * `settings`.
 */
export async function startInstance(
  { url }: Simulator,
  redisUrl: string,
  settings: Readonly<Record<string, string>>,
): Promise<Container> {
  await (await openTestDatabase()).close();
  const dataDir = await mkdtemp(join(tmpdir(), 'wired-instance-'));
  const instance = await buildContainer({
    NODE_ENV: 'test',
    APP_ENV: 'development',
    DATA_DIR: dataDir,
    DATABASE_URL: testDatabaseUrl(),
    REDIS_URL: redisUrl,
    REDIS_TIMEOUT_MS: '10000',
    PLANT_ID_BASE_URL: `${url}/api/v3`,
    PLANTNET_BASE_URL: `${url}/v2`,
    LOG_LEVEL: 'silent',
    ...settings,
  });
  const { client: redis } = instance.redis;
  for (const pattern of LEFTOVERS) {
    const left = await redis.keys(pattern);
    if (left.length > 0) await redis.del(...left);
  }
  return { ...instance, api: { ...instance.api, rest: checkingAnswers((request) => instance.api.rest(request)) } };
}

/** Stops all work and all connections of an instance, and removes its files. */
export async function stopInstance({ database, redis, service, settings }: Container): Promise<void> {
  service.close();
  await redis.close();
  await database.close();
  await rm(settings.dataDir, { recursive: true });
}
