import type { AccountAdministration } from '@plantcommunity/auth';
import type { Database } from '@plantcommunity/db';
import { mapProviders, type OperatedProvider, type ProviderName } from '@plantcommunity/identification';
import { type Circuit, type Clock, type RedisConnection, waitFor } from '@plantcommunity/resilience';
import type { Logger } from '@plantcommunity/telemetry';
import { type AlertsOptions, createAlerts, WATCH_ALERTS } from './alerts/create-alerts.ts';
import { AuditTrail } from './audit/audit-trail.ts';
import { listAudit } from './audit/list-audit.ts';
import type { DependencyMonitor } from './dependencies/dependencies.ts';
import { InstanceMonitor } from './instances/monitor.ts';
import type { InstanceRegistry } from './instances/registry.ts';
import { createJobRunner, type JobRunnerOptions } from './jobs/job-runner.ts';
import type { LegacyUse } from './legacy/legacy-use.ts';
import { type LimitsOverview, limitsOverview } from './limits.ts';
import type { Operations } from './operations.ts';
import { OperationsError } from './operations-error.ts';
import { OverrideReconciler } from './overrides/reconciler.ts';
import { OverrideStore } from './overrides/store.ts';
import { circuitOverview, type Overview } from './overview.ts';
import { OverviewFeed } from './overview-feed.ts';
import { QuotasReader } from './quotas/quotas-overview.ts';
import { CircuitHistory } from './stats/circuit-history.ts';
import type { CircuitStateStore } from './stats/circuit-state-store.ts';
import {
  answerCounts,
  cacheFigures,
  callMinutes,
  callQuantiles,
  lastFailureAt,
  leaseFigures,
  type PaidCredits,
  RECENT_MINUTES,
  refusals,
  responseFigures,
} from './stats/figures.ts';
import type { MinuteCounters } from './stats/minute-counters.ts';
import type { RateTier } from './stats/minute-counts.ts';
import { createUserOperations } from './users/user-operations.ts';

export interface OperationsOptions {
  providers: Readonly<Record<ProviderName, OperatedProvider>>;
  /** Counts of all instances; started and closed by the caller. */
  counters: MinuteCounters;
  states: CircuitStateStore;
  paidCredits: PaidCredits;
  /** Configured rate limits of identifications. */
  rates: Readonly<Record<RateTier, LimitsOverview['rows'][number]['configured']>>;
  /** Returns the used share, from 0 to 1, of the quota that lowers the rate limits. */
  quotaUse: () => number;
  instances: InstanceRegistry;
  /** Where alerts are posted; undefined: nowhere. */
  alertWebhook: AlertsOptions['webhook'];
  /** Public address of this app. */
  appUrl: URL;
  /** The table of jobs, without those of alerts; the leases under which jobs run, and their metrics. */
  jobs: Pick<JobRunnerOptions, 'jobs' | 'leases' | 'metrics'>;
  dependencies: Pick<DependencyMonitor, 'close' | 'read'>;
  /** Use of the legacy namespace; closed by the caller. */
  legacy: Pick<LegacyUse, 'read' | 'record'>;
  database: Pick<Database, 'client'>;
  accounts: AccountAdministration;
  redis: Pick<RedisConnection, 'isReady' | 'subscribe'>;
  clock: Clock;
  logger: Logger;
}

/** Longest time that a start waits for the circuits to follow their overrides. */
const START_TIMEOUT_MS = 2_000;
/** Entries of the audit trail in an overview. */
const AUDIT_ENTRIES = 20;

interface CircuitEntry {
  circuit: Circuit;
  history: CircuitHistory;
  reconciler: OverrideReconciler;
}

export function createOperations(options: OperationsOptions): Operations {
  const { clock, counters, instances, logger, paidCredits: paid, providers, redis } = options;
  const { client } = options.database;
  const providerNames = Object.values(mapProviders(providers, (_provider, name) => name));
  const audit = new AuditTrail(clock);
  const overrides = new OverrideStore(client, clock, audit);
  const alerts = createAlerts({
    client,
    audit,
    providers,
    redis,
    async answers() {
      const { cached, fresh, retry, stale } = answerCounts(await counters.last(RECENT_MINUTES));
      return { answered: cached + fresh + stale, retry };
    },
    responses: async () => responseFigures(await counters.last(RECENT_MINUTES)),
    jobs: () => jobs.overview(),
    webhook: options.alertWebhook,
    appUrl: options.appUrl,
    clock,
    logger,
  });
  /** Without the providers that are off. */
  const circuits = new Map(
    providerNames.flatMap((provider) => {
      const { circuit } = providers[provider];
      if (circuit === undefined) return [];
      const reconciler = new OverrideReconciler({ provider, circuit, overrides, redis, clock, logger });
      const isShared = () => redis.isReady();
      const history = new CircuitHistory({ provider, circuit, store: options.states, isShared, clock });
      return [[provider, { circuit, history, reconciler }] as const];
    }),
  );
  const monitor = new InstanceMonitor({
    registry: instances,
    states: () => mapProviders(providers, (provider) => provider.health().state),
    leases: () =>
      providerNames.flatMap((provider) => providers[provider].leases().map((lease) => ({ provider, ...lease }))),
    clock,
  });
  const jobs = createJobRunner({ ...options, ...options.jobs, jobs: [...options.jobs.jobs, ...alerts.jobs] });
  const quotas = new QuotasReader({ providers, client, clock });
  let lastCircuits: Overview['circuits'] | undefined;
  const feed = new OverviewFeed({ make: makeOverview, subscribe, clock });
  const unsubscribe = Array.from(circuits, ([provider, { circuit }]) =>
    circuit.subscribe((event) => {
      monitor.onCircuitEvent();
      if (event.type === 'call_failed') counters.recordFailure(provider, event.failCount);
    }),
  );

  return {
    async isolateProvider(operator, override) {
      const { circuit, reconciler } = requireCircuit(override.provider);
      await overrides.isolate(operator, override, circuit.snapshot().state);
      await reconciler.reconcile();
      feed.expire();
    },
    async releaseProvider(operator, override) {
      const { reconciler } = requireCircuit(override.provider);
      await overrides.release(operator, override);
      await reconciler.reconcile();
      feed.expire();
    },
    async resetProvider(operator, override) {
      const { circuit, reconciler } = requireCircuit(override.provider);
      await overrides.reset(operator, override, circuit.snapshot().state);
      await reconciler.reconcile();
      feed.expire();
    },
    overview: () => feed.read(),
    watchOverview: (signal) => feed.watch(signal),
    countLegacyCall: (call) => options.legacy.record(call),
    countRefusal: (tier) => counters.recordRefusal(tier),
    audit: (query) => listAudit(client, query),
    users: createUserOperations({ client, accounts: options.accounts, audit }),
    alerts: () => alerts.list(),
    watchAlertsSoon: () => jobs.runSoon(WATCH_ALERTS),
    async acknowledgeAlert(operator, id) {
      await alerts.acknowledge(operator, id);
      feed.expire();
    },
    async start() {
      const started = Promise.all([...circuits.values()].map(({ reconciler }) => reconciler.start()));
      await waitFor(started, { timeoutMs: START_TIMEOUT_MS, clock });
      monitor.start();
      jobs.start();
    },
    async close(timeoutMs) {
      for (const stop of unsubscribe) stop();
      alerts.close();
      monitor.close();
      options.dependencies.close();
      for (const { history, reconciler } of circuits.values()) {
        reconciler.close();
        history.close();
      }
      await jobs.close(timeoutMs);
    },
  };

  async function makeOverview(): Promise<Overview> {
    const [active, states, hour, newest, agreement, alertsNow, runs, dependencies] = await Promise.all([
      Promise.all(providerNames.map(async (name) => [name, await overrides.active(name)] as const)),
      Promise.all(
        providerNames.map(async (name) => [name, (await circuits.get(name)?.history.states()) ?? []] as const),
      ),
      counters.last(),
      listAudit(client, { limit: AUDIT_ENTRIES }),
      monitor.check(),
      alerts.overview(),
      jobs.overview(),
      options.dependencies.read(),
    ]);
    const activeOf = new Map(active);
    const statesOf = new Map(states);
    const now = clock.now();
    lastCircuits = mapProviders(providers, (provider, name) =>
      circuitOverview({
        provider,
        states: statesOf.get(name) ?? [],
        lastFailureAt: lastFailureAt(hour, name),
        override: activeOf.get(name),
        before: lastCircuits?.[name],
        now,
      }),
    );
    return {
      at: now,
      shared: redis.isReady(),
      ...(agreement && { instances: agreement }),
      answers: answerCounts(hour),
      circuits: lastCircuits,
      minutes: mapProviders(providers, (_provider, name) => callMinutes(hour, name)),
      quantiles: mapProviders(providers, (_provider, name) => callQuantiles(hour, name)),
      urgency: alertsNow.urgency,
      alerts: alertsNow.alerts,
      cache: cacheFigures(hour, { ...paid, usualCredits: providers[paid.provider].usualCredits }),
      limits: limitsOverview({
        rates: options.rates,
        quotaUse: options.quotaUse(),
        shared: redis.isReady(),
        refusals: refusals(hour),
      }),
      leases: { held: monitor.heldLeases(), ...leaseFigures(hour) },
      jobs: runs,
      dependencies,
      quotas: await quotas.read(),
      legacy: await options.legacy.read(),
      audit: newest.entries,
    };
  }

  /** Subscribes to every change that an overview shows, except the passing of time. */
  function subscribe(listener: () => void) {
    const stops = [redis.subscribe(listener), monitor.subscribe(listener), counters.follow(listener)];
    for (const { circuit } of circuits.values()) stops.push(circuit.subscribe(listener));
    return () => {
      for (const stop of stops) stop();
    };
  }

  /** @throws {OperationsError} `provider_off` */
  function requireCircuit(name: ProviderName): CircuitEntry {
    const entry = circuits.get(name);
    if (entry === undefined) throw new OperationsError('provider_off');
    return entry;
  }
}
