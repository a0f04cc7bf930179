import type { Database } from '@plantcommunity/db';
import { type OperatedProvider, PROVIDER_NAMES, type ProviderName } from '@plantcommunity/identification';
import type { Circuit, Clock, RedisConnection } from '@plantcommunity/resilience';
import type { Logger } from '@plantcommunity/telemetry';
import { readAuditTrail } from './audit/audit-trail.ts';
import { ChangeFeed } from './change-feed.ts';
import { InstanceMonitor } from './instances/monitor.ts';
import type { InstanceRegistry } from './instances/registry.ts';
import type { Operations } from './operations.ts';
import { OperationsError } from './operations-error.ts';
import { OverrideReconciler } from './overrides/reconciler.ts';
import { OverrideStore } from './overrides/store.ts';
import { circuitOverview } from './overview.ts';
import type { CallStatistics } from './stats/call-statistics.ts';
import { CircuitHistory } from './stats/circuit-history.ts';
import type { RecentAnswers } from './stats/recent-answers.ts';

export interface OperationsOptions {
  providers: Readonly<Record<ProviderName, OperatedProvider>>;
  /** Both hear from elsewhere what they remember. */
  calls: CallStatistics;
  answers: RecentAnswers;
  instances: InstanceRegistry;
  database: Pick<Database, 'client'>;
  redis: Pick<RedisConnection, 'isReady' | 'subscribe'>;
  clock: Clock;
  logger: Logger;
}

/** A start waits this long for the circuits to follow, and goes on without those that cannot yet. */
const START_PATIENCE_MS = 2_000;
/** Entries of the audit trail in an overview. */
const NEWEST = 20;

interface CircuitEntry {
  circuit: Circuit;
  history: CircuitHistory;
  reconciler: OverrideReconciler;
}

export function createOperations(options: OperationsOptions): Operations {
  const { answers, calls, clock, logger, providers, redis, instances: rollCall } = options;
  const { client } = options.database;
  const orders = new OverrideStore(client, clock);
  const posts = { plant_id: entryOf('plant_id'), plantnet: entryOf('plantnet') };
  const standingOf = (name: ProviderName) => providers[name].health().state;
  const standing = () => ({ plant_id: standingOf('plant_id'), plantnet: standingOf('plantnet') });
  const fleet = new InstanceMonitor({ registry: rollCall, states: standing, clock });
  const unfollow = PROVIDER_NAMES.map((name) => posts[name]?.circuit.subscribe(() => fleet.onCircuitEvent()));

  return {
    async isolateProvider(operator, order) {
      const { circuit, reconciler: follower } = requireCircuit(order.provider);
      await orders.isolate(operator, order, circuit.snapshot().state);
      await follower.reconcile();
    },
    async releaseProvider(operator, order) {
      const { reconciler: follower } = requireCircuit(order.provider);
      await orders.release(operator, order);
      await follower.reconcile();
    },
    async resetProvider(operator, order) {
      const { circuit, reconciler: follower } = requireCircuit(order.provider);
      await orders.reset(operator, order, circuit.snapshot().state);
      await follower.reconcile();
    },
    circuitsOverview: overview,
    async *watchCircuits(signal) {
      const changes = new ChangeFeed(subscribe, clock, signal);
      try {
        while (!signal.aborted) {
          yield await overview();
          await changes.next();
        }
      } finally {
        changes.close();
      }
    },
    audit: (limit) => readAuditTrail(client, limit),
    async start() {
      const patience = Promise.withResolvers<void>();
      const cancel = clock.setTimeout(patience.resolve, START_PATIENCE_MS);
      const followed = Promise.all(PROVIDER_NAMES.map(async (name) => posts[name]?.reconciler.start()));
      await Promise.race([followed, patience.promise]);
      cancel();
      fleet.start();
    },
    close() {
      for (const stop of unfollow) stop?.();
      fleet.close();
      for (const name of PROVIDER_NAMES) {
        posts[name]?.reconciler.close();
        posts[name]?.history.close();
      }
    },
  };

  async function overview() {
    const [plantId, plantnet, audit, instances] = await Promise.all([
      overviewOf('plant_id'),
      overviewOf('plantnet'),
      readAuditTrail(client, NEWEST),
      fleet.check(),
    ]);
    return {
      at: clock.now(),
      redis: redis.isReady(),
      ...(instances && { instances }),
      answers: answers.shares(),
      circuits: { plant_id: plantId, plantnet },
      audit,
    };
  }

  async function overviewOf(name: ProviderName) {
    const order = await orders.active(name);
    return circuitOverview({ provider: providers[name], record: posts[name]?.history, order, hour: calls.of(name) });
  }

  /** Tells of everything that an overview shows, but for time passing. */
  function subscribe(listener: () => void) {
    const stops = [redis.subscribe(listener), fleet.subscribe(listener)];
    for (const name of PROVIDER_NAMES) {
      const stop = posts[name]?.circuit.subscribe(listener);
      if (stop !== undefined) stops.push(stop);
    }
    return () => {
      for (const stop of stops) stop();
    };
  }

  /** @throws {OperationsError} `provider_off` */
  function requireCircuit(name: ProviderName): CircuitEntry {
    const post = posts[name];
    if (post === undefined) throw new OperationsError('provider_off', 'This provider is off: it has no key.');
    return post;
  }

  function entryOf(provider: ProviderName): CircuitEntry | undefined {
    const { circuit } = providers[provider];
    if (circuit === undefined) return undefined;
    const follower = new OverrideReconciler({ provider, circuit, overrides: orders, redis, clock, logger });
    return { circuit, history: new CircuitHistory(circuit, clock), reconciler: follower };
  }
}
