import type { Database } from '@plantcommunity/db';
import { type OperatedProvider, PROVIDERS, type ProviderName } from '@plantcommunity/identification';
import type { Circuit, Clock, RedisConnection } from '@plantcommunity/resilience';
import type { Logger } from '@plantcommunity/telemetry';
import { readAuditTrail } from './audit/audit-trail.ts';
import type { CallHours } from './circuits/call-hour.ts';
import { Changes } from './circuits/changes.ts';
import { CircuitRecord } from './circuits/circuit-record.ts';
import { circuitOverview } from './circuits/overview.ts';
import type { RecentAnswers } from './circuits/recent-answers.ts';
import { Fleet } from './instances/fleet.ts';
import type { RollCall } from './instances/roll-call.ts';
import type { Operations } from './operations.ts';
import { OperationsError } from './operations-error.ts';
import { Follower } from './orders/follower.ts';
import { OrderBook } from './orders/order-book.ts';

export interface OperationsOptions {
  providers: Readonly<Record<ProviderName, OperatedProvider>>;
  /** Both hear from elsewhere what they remember. */
  calls: CallHours;
  answers: RecentAnswers;
  rollCall: RollCall;
  database: Pick<Database, 'client'>;
  redis: Pick<RedisConnection, 'isReady' | 'subscribe'>;
  clock: Clock;
  logger: Logger;
}

/** A start waits this long for the circuits to follow, and goes on without those that cannot yet. */
const START_PATIENCE_MS = 2_000;
/** Entries of the audit trail in an overview. */
const NEWEST = 20;

interface Post {
  circuit: Circuit;
  record: CircuitRecord;
  follower: Follower;
}

export function createOperations(options: OperationsOptions): Operations {
  const { answers, calls, clock, logger, providers, redis, rollCall } = options;
  const { client } = options.database;
  const orders = new OrderBook(client, clock);
  const posts = { plant_id: postOf('plant_id'), plantnet: postOf('plantnet') };
  const standingOf = (name: ProviderName) => providers[name].health().state;
  const standing = () => ({ plant_id: standingOf('plant_id'), plantnet: standingOf('plantnet') });
  const fleet = new Fleet({ rollCall, standing, clock });
  const unfollow = PROVIDERS.map((name) => posts[name]?.circuit.subscribe(() => fleet.note()));

  return {
    async isolateProvider(operator, order) {
      const { circuit, follower } = manned(order.provider);
      await orders.isolate(operator, order, circuit.snapshot().state);
      await follower.look();
    },
    async releaseProvider(operator, order) {
      const { follower } = manned(order.provider);
      await orders.release(operator, order);
      await follower.look();
    },
    async resetProvider(operator, order) {
      const { circuit, follower } = manned(order.provider);
      await orders.reset(operator, order, circuit.snapshot().state);
      await follower.look();
    },
    circuitsOverview: overview,
    async *watchCircuits(signal) {
      const changes = new Changes(subscribe, clock, signal);
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
      const followed = Promise.all(PROVIDERS.map(async (name) => posts[name]?.follower.start()));
      await Promise.race([followed, patience.promise]);
      cancel();
      fleet.start();
    },
    close() {
      for (const stop of unfollow) stop?.();
      fleet.close();
      for (const name of PROVIDERS) {
        posts[name]?.follower.close();
        posts[name]?.record.close();
      }
    },
  };

  async function overview() {
    const [plantId, plantnet, audit, instances] = await Promise.all([
      overviewOf('plant_id'),
      overviewOf('plantnet'),
      readAuditTrail(client, NEWEST),
      fleet.look(),
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
    const order = await orders.standing(name);
    return circuitOverview({ provider: providers[name], record: posts[name]?.record, order, hour: calls.of(name) });
  }

  /** Tells of everything that an overview shows, but for time passing. */
  function subscribe(listener: () => void) {
    const stops = [redis.subscribe(listener), fleet.subscribe(listener)];
    for (const name of PROVIDERS) {
      const stop = posts[name]?.circuit.subscribe(listener);
      if (stop !== undefined) stops.push(stop);
    }
    return () => {
      for (const stop of stops) stop();
    };
  }

  /** @throws {OperationsError} `provider_off` */
  function manned(name: ProviderName): Post {
    const post = posts[name];
    if (post === undefined) throw new OperationsError('provider_off', 'This provider is off: it has no key.');
    return post;
  }

  function postOf(provider: ProviderName): Post | undefined {
    const { circuit } = providers[provider];
    if (circuit === undefined) return undefined;
    const follower = new Follower({ provider, circuit, orders, redis, clock, logger });
    return { circuit, record: new CircuitRecord(circuit, clock), follower };
  }
}
