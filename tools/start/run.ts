import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Environment } from '@plantcommunity/settings';
import { script, service, startChild } from './child.ts';
import { type Plan, simulatorEnvironment } from './plan.ts';
import { startPostgres, whilePostgresRuns } from './postgres.ts';
import { isLive } from './probe.ts';
import { type ProcessGroup, type Service, spawnInto, startMessage } from './process-group.ts';
import { startRedis } from './redis.ts';
import { unlessShutdown } from './shutdown-signal.ts';
import { StartError } from './start-error.ts';
import { startWeb, type Web } from './web.ts';
import { ensureBuild, ensureGenerated } from './web-build.ts';

const LIVE_MS = 120_000;
const LIVE_POLL_MS = 100;
/** Threads of the libuv pool for DNS look-ups and files, beside those of decodes. */
const OTHER_THREADS = 6;
/** Arenas of glibc's allocator, mallopt(3). By default each thread that decodes keeps one with memory that it has freed. */
const MALLOC_ARENAS = '2';
/** Time for the end of the app's process itself, after it has closed everything. */
const EXIT_MS = 1_000;

export interface RunOptions {
  root: string;
  /** Folder of the web app; the product's own by default. */
  webFolder?: string;
  mode: 'start' | 'dev';
  environment: Environment;
  plan: Plan;
  listenAddresses: readonly string[];
  port: number;
  dataDir: string;
  socketFolder: string;
  /** How long the app may finish requests in flight and close connections after it is asked to end. */
  shutdownMs: number;
  say: (text: string) => void;
}

/** The embedded services; undefined where the environment names a real one. */
export interface Parts {
  postgres: Service | undefined;
  redis: Service | undefined;
  simulator: Service | undefined;
}

/** Starts the embedded services, migrates and builds, concurrently where possible. */
export async function prepare(options: RunOptions, group: ProcessGroup, signal: AbortSignal): Promise<Parts> {
  const { root, plan, socketFolder, dataDir, mode, say } = options;
  const database = async () => {
    const postgres = plan.embedsPostgres ? await startPostgres(group, socketFolder, `${dataDir}/postgres`) : undefined;
    const { APP_ENV: appEnv, DATABASE_URL: url, DIRECT_DATABASE_URL: directUrl } = options.environment;
    const urls = postgres === undefined ? { url, directUrl } : { url: postgres.url, directUrl: '' };
    await whilePostgresRuns(postgres, migrate({ ...urls, appEnv }, group));
    return postgres;
  };
  const build = { root, say, group };
  const [postgres, redis, simulator] = await unlessShutdown(
    signal,
    Promise.all([
      database(),
      plan.embedsRedis ? startRedis(group, socketFolder, `${dataDir}/redis`) : undefined,
      plan.simulatesProviders ? startSimulator(group, root) : undefined,
      mode === 'start' ? ensureBuild(build) : ensureGenerated(build),
    ]),
  );
  return { postgres, redis, simulator };
}

async function migrate(
  { url, directUrl, appEnv }: Record<'url' | 'directUrl' | 'appEnv', string | undefined>,
  group: ProcessGroup,
): Promise<void> {
  const child = startChild({
    name: 'migration',
    command: service('migrate'),
    env: { ...process.env, APP_ENV: appEnv, DATABASE_URL: url, DIRECT_DATABASE_URL: directUrl },
  });
  group.add(child);
  if ((await child.exited) !== 0) throw new StartError('The database could not be prepared; see above.');
}

/**
 * Returns the size of the libuv pool of the web process, which must be set before that process starts: a thread for each
 * decode, and some for everything else. The app itself rejects an invalid DECODE_CONCURRENCY.
 */
export function threadPoolSize(environment: Environment): number {
  return (Number(environment['DECODE_CONCURRENCY']) || availableParallelism()) + OTHER_THREADS;
}

/** Returns the environment of the web process: ours, with the addresses of the embedded services. */
function webEnvironment({ environment, mode, port, dataDir }: RunOptions, parts: Parts): NodeJS.ProcessEnv {
  return {
    ...environment,
    ...(parts.postgres && { DATABASE_URL: parts.postgres.url }),
    ...(parts.redis && { REDIS_URL: parts.redis.url }),
    ...(parts.simulator && simulatorEnvironment(parts.simulator.url)),
    PORT: String(port),
    DATA_DIR: dataDir,
    NODE_ENV: mode === 'start' ? 'production' : 'development',
    NEXT_TELEMETRY_DISABLED: '1',
    MALLOC_ARENA_MAX: environment['MALLOC_ARENA_MAX'] ?? MALLOC_ARENAS,
    UV_THREADPOOL_SIZE: environment['UV_THREADPOOL_SIZE'] ?? String(threadPoolSize(environment)),
  };
}

/**
 * Starts the web process and waits until it answers.
 * @throws {StartError} when it ends before
 */
export async function serve(options: RunOptions, parts: Parts, group: ProcessGroup, signal: AbortSignal): Promise<Web> {
  const { listenAddresses, root, mode, port } = options;
  const web = startWeb({
    folder: options.webFolder ?? join(root, 'apps/web'),
    mode,
    env: webEnvironment(options, parts),
  });
  group.add(web.child, options.shutdownMs + EXIT_MS);
  const start = performance.now();
  const [address = ''] = listenAddresses;
  while (!(await unlessShutdown(signal, isLive(address, port)))) {
    if (!web.child.isRunning()) throw new StartError('The app did not start; see above.');
    if (performance.now() - start > LIVE_MS) throw new StartError(`The app did not answer within ${LIVE_MS / 1000} s.`);
    await unlessShutdown(signal, sleep(LIVE_POLL_MS));
  }
  return web;
}

/** Starts the provider simulator on a free port. */
export async function startSimulator(group: ProcessGroup, root: string): Promise<Service> {
  const child = spawnInto(group, {
    name: 'Provider simulator',
    command: script(join(root, 'apps/provider-simulator/src/main.ts')),
    env: {
      ...process.env,
      PORT: '0',
      HOST: '127.0.0.1',
      PLANT_LAUNCHER_PIPE: '1',
      // Answers take about as long as those of the real services, so that people see the steps of an identification.
      SIMULATOR_LATENCY: process.env['SIMULATOR_LATENCY'] ?? 'human',
    },
  });
  return { child, url: await startMessage(child, 'listening'), label: 'provider simulator' };
}
