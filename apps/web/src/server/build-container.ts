import { resolve } from 'node:path';
import { createApi } from '@plantcommunity/api';
import { createAuth } from '@plantcommunity/auth';
import { openDatabase } from '@plantcommunity/db';
import { databaseUrlProblems } from '@plantcommunity/db/connection';
import { createRequestGuard } from '@plantcommunity/http';
import { createIdentificationService, PROVIDER_NAMES } from '@plantcommunity/identification';
import {
  createCircuitStateStore,
  createInstanceRegistry,
  createMinuteStore,
  createOperations,
  DependencyMonitor,
  LegacyUse,
  MinuteCounters,
  maintenanceJobs,
  SlowestStatement,
} from '@plantcommunity/operations';
import { connectRedis, createLeases, type RedisEvent, systemClock, waitFor } from '@plantcommunity/resilience';
import { readSettings, type Settings } from '@plantcommunity/settings';
import { type Logger, runWithoutRequestId } from '@plantcommunity/telemetry';
import { version } from '../../package.json';
import { createAppLogger } from './app-logger.ts';
import { createAppMetrics } from './app-metrics.ts';
import type { Container } from './container.ts';
import { loadAuthSecret, provideAdmin } from './first-start.ts';
import { notifyLauncher } from './launcher.ts';

const DATABASE_TIMEOUT_MS = 5_000;
/** Longest time that the end of the process waits for counts to be written. */
const LAST_WRITE_TIMEOUT_MS = 1_000;

/**
 * Creates every part of the app and connects them. A missing Redis is a notice; a missing database or wrong settings
 * end the start.
 * @throws {SettingsError | DatabaseUrlError | DatabaseUnavailableError}
 */
export async function buildContainer(environment: NodeJS.ProcessEnv): Promise<Container> {
  const settings = readSettings(environment, databaseUrlProblems);
  const { dataDir, databaseUrl, photos, redisConnection } = locationsOf(settings);
  const clock = systemClock;
  const logger = await createAppLogger(settings);
  const metrics = createAppMetrics(settings);

  const { idleTimeoutMs, maxLifetimeMs, poolSize } = settings.database;
  const slowest = new SlowestStatement(clock);
  const database = openDatabase({
    url: databaseUrl,
    poolSize,
    idleTimeoutMs,
    maxLifetimeMs,
    onStatement: (statement) => slowest.record(statement),
  });
  await database.ping(DATABASE_TIMEOUT_MS);
  reportDatabase(database, logger);
  const redis = await connectRedis(redisConnection, {
    timeoutMs: settings.redis.timeoutMs,
    onCommand: (command) => metrics.storage.recordRedisCommand(command),
  });
  const stopReportingRedis = reportRedis(redis, logger);
  metrics.storage.watchStorage(() => ({
    isDatabaseUp: database.isUp,
    pool: database.pool(),
    isRedisUp: redis.isReady(),
  }));

  // next-auth reads its own address from the environment alone.
  environment['NEXTAUTH_URL'] = settings.appUrl.origin;
  const secrets = settings.authSecrets ?? [await loadAuthSecret(dataDir)];
  const counters = new MinuteCounters({ store: createMinuteStore({ redis }), redis, providers: PROVIDER_NAMES, clock });
  const service = createIdentificationService({
    onCall: (call) => counters.recordCall(call),
    onLookup: ({ result }) => counters.recordLookup(result),
    onLease: (provider, event) => counters.recordLease(provider, event),
    onAnswer(answer, { ownerId }) {
      counters.recordAnswer(answer);
      metrics.requests.recordIdentification({ caller: ownerId === undefined ? 'anonymous' : 'user', answer });
    },
    onAccessFault: () => operations.watchAlertsSoon(),
    providers: { plant_id: settings.plantId, plantnet: settings.plantnet },
    quotas: settings.quotas,
    maxConcurrency: settings.providerMaxConcurrency,
    lifetime: settings.cache,
    lock: settings.cacheLock,
    photoLimits: settings.upload,
    decodeConcurrency: settings.decodeConcurrency,
    photos,
    host: settings.appUrl.hostname,
    photoSpaceBytes: settings.photoSpaceBytes,
    isDemo: settings.isDemo,
    sendTraceparent: settings.sendTraceparent,
    database,
    redis,
    clock,
    logger,
    metrics,
  });
  const auth = createAuth({
    database,
    secrets,
    appUrl: settings.appUrl,
    eraseOwner: (ownerId) => service.forget(ownerId),
    oauth: settings.oauth,
    clock,
    logger,
  });
  const legacy = new LegacyUse({ database, sunsetAt: settings.legacy.sunsetAt, clock, logger });
  const operations = createOperations({
    providers: service.operated,
    counters,
    states: createCircuitStateStore({ redis }),
    instances: createInstanceRegistry({ redis }),
    legacy,
    dependencies: new DependencyMonitor({ redis, database, identification: service, slowest, clock }),
    accounts: auth.administration,
    alertWebhook: settings.alertWebhook,
    appUrl: settings.appUrl,
    paidCredits: { provider: 'plant_id', cost: settings.creditCost },
    rates: settings.rates,
    quotaUse: () => service.quotaUse(),
    jobs: {
      jobs: maintenanceJobs({
        identification: service,
        retentionDays: settings.retentionDays,
        deleteExpiredSignIns: (signal) => auth.deleteExpiredSignIns(signal),
        database,
        clock,
        logger,
      }),
      leases: createLeases({ redis, prefix: 'job', clock }),
      metrics: metrics.jobs,
    },
    database,
    redis,
    clock,
    logger,
  });
  const api = createApi({
    identification: service,
    operations,
    auth,
    redis,
    metrics: metrics.requests,
    clock,
    logger,
    config: {
      mode: settings.mode,
      version,
      appUrl: settings.appUrl,
      allowedHosts: settings.allowedHosts,
      trustedOrigins: settings.trustedOrigins,
      proxyHops: settings.proxyHops,
      rates: settings.rates,
      dailyCredits: settings.dailyCredits,
      legacy: settings.legacy,
      upload: settings.upload,
      uploadMemoryBytes: settings.uploadMemoryBytes,
    },
  });
  await provideAdmin(settings, auth.users);
  return {
    settings,
    logger,
    metrics,
    database,
    redis,
    auth,
    service,
    counters,
    operations,
    api,
    requestGuard: createRequestGuard(settings),
    async settle(timeoutMs) {
      // A job that was aborted is repeated later: nothing was cut off.
      const jobsEnded = operations.close(timeoutMs);
      const settled = service.settled().then(() => true);
      const isSettled = (await waitFor(settled, { timeoutMs, clock })) ?? false;
      await jobsEnded;
      return isSettled;
    },
    async close() {
      service.close();
      await waitFor(legacy.close(), { timeoutMs: LAST_WRITE_TIMEOUT_MS, clock });
      stopReportingRedis();
      await counters.close();
      // The probe waits for the replies to commands that were sent without waiting, such as the release of a lease.
      await Promise.all([redis.probe().then(() => redis.close()), database.close()]);
    },
  };
}

/** Returns the addresses and folders to use; in development the launcher has set those of its embedded services. */
function locationsOf(settings: Settings) {
  const databaseUrl = settings.database.url;
  const redisConnection = settings.redis.connection;
  if (databaseUrl === undefined || redisConnection === undefined) {
    throw new Error('DATABASE_URL and REDIS_URL are missing: `npm start` embeds both');
  }
  const dataDir = resolve(/* turbopackIgnore: true */ settings.dataDir);
  const place = settings.photos ?? { folder: `${dataDir}/photos` };
  const photos = 'folder' in place ? { folder: resolve(/* turbopackIgnore: true */ place.folder) } : place;
  return { dataDir, databaseUrl, photos, redisConnection };
}

/** Logs once when the database is lost and once when it is back; failures in between are not logged each. */
function reportDatabase(database: Container['database'], logger: Logger): void {
  const log = (event: Parameters<Parameters<Container['database']['subscribe']>[0]>[0]) => {
    if (event.type === 'ready') logger.info('Database available again');
    else logger.error({ reason: event.error.message }, 'Database unavailable; retrying in the background');
  };
  // A lost connection belongs to no request, though one may have noticed it; the same holds for Redis.
  database.subscribe((event) => runWithoutRequestId(() => log(event)));
}

/** @returns a function that ends the reports, before this process itself closes the connection */
function reportRedis(redis: Container['redis'], logger: Logger): () => void {
  if (!redis.isReady()) {
    notifyLauncher({
      type: 'notice',
      text: 'Redis is unavailable: until it is back, rate limits are a tenth and instances share nothing.',
    });
    logger.warn('Redis unavailable; reconnecting in the background');
  }
  const log = ({ type, reason, remedy }: RedisEvent) => {
    switch (type) {
      case 'ready':
        return logger.info('Redis available');
      case 'lost':
        return logger.warn({ reason }, 'Redis lost; reconnecting in the background');
      case 'error':
        return logger.warn({ reason }, 'Redis error');
      case 'subscribe_refused':
        return logger.warn(
          { reason, remedy },
          'Redis refuses SUBSCRIBE; polling until an operator grants the permission',
        );
    }
  };
  return redis.subscribe((event) => runWithoutRequestId(() => log(event)));
}
