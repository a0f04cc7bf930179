import type { Bulkhead, Circuit, CircuitEvent, CircuitStatus, Clock } from '@plantcommunity/resilience';
import type { Metrics } from '@plantcommunity/telemetry';
import type { ProviderAccess } from '../providers/provider-access.ts';
import type { DailyUsage } from '../quotas/daily-usage.ts';
import { remaining, usedShare } from '../quotas/periods.ts';
import type { Quota } from '../quotas/types.ts';
import type { ProviderName } from '../types.ts';
import { statusAfter } from './circuit-status.ts';

/** Lets the metrics of a provider read its calls in flight, its quotas, and whether it refuses us. */
export function measureProvider(
  provider: ProviderName,
  parts: {
    bulkhead: Pick<Bulkhead, 'inFlight'>;
    quota: Pick<Quota, 'counters'>;
    access: Pick<ProviderAccess, 'faults'>;
  },
  metrics: Metrics['providers'],
): void {
  const { access, bulkhead, quota } = parts;
  metrics.watchProvider(provider, {
    faults: () => access.faults(),
    callsInFlight: () => bulkhead.inFlight,
    quotas: () =>
      quota
        .counters()
        .filter(({ limit }) => limit !== undefined)
        .map((counter) => ({
          window: counter.period.window,
          used: counter.used,
          left: remaining(counter),
          usedShare: usedShare(counter),
        })),
  });
}

/** Returns a daily usage that also counts the credits in the metrics. */
export function measureSpending(dailyUsage: DailyUsage, metrics: Metrics['providers']): DailyUsage {
  return {
    add(provider, at, credits) {
      metrics.recordSpending(provider, credits);
      dailyUsage.add(provider, at, credits);
    },
    read: (provider, now) => dailyUsage.read(provider, now),
    readDay: (provider, at) => dailyUsage.readDay(provider, at),
  };
}

/** Counts the events of a provider's circuit breaker, and how long it is open. Returns a listener to its events. */
export function measureCircuit(
  provider: ProviderName,
  circuit: Pick<Circuit, 'snapshot'>,
  metrics: Metrics['circuits'],
  clock: Clock,
): (event: CircuitEvent) => void {
  let status: CircuitStatus = 'closed';
  let openedAt = 0;
  let openMs = 0;
  const openFor = () => openMs + (status === 'open' ? clock.monotonic() - openedAt : 0);

  metrics.watchProvider(provider, () => {
    const { failCount, failMax, state } = circuit.snapshot();
    return { state, failures: failCount, failureLimit: failMax, openMs: openFor() };
  });

  return (event) => {
    const after = statusAfter(event);
    if (after !== undefined && (after !== status || event.type === 'reopened')) {
      openMs = openFor();
      openedAt = clock.monotonic();
      status = after;
      metrics.recordTransition(provider, after);
    }
    if (event.type === 'rejected') metrics.recordRejection(provider);
    if (event.type === 'trial_succeeded') metrics.recordTrial(provider, 'succeeded');
    if (event.type === 'trial_failed') metrics.recordTrial(provider, 'failed');
    if (event.type === 'trial_ignored') metrics.recordTrial(provider, 'ignored');
    if (event.type === 'trial_abandoned') metrics.recordTrial(provider, 'abandoned');
  };
}
