import {
  type Bulkhead,
  type Circuit,
  type CircuitEvent,
  type Clock,
  compose,
  type Policy,
} from '@plantcommunity/resilience';
import { type ProviderClient, type ProviderDefinition, type RecallId, usualCredits } from '../providers/definition.ts';
import type { ProviderAccess } from '../providers/provider-access.ts';
import { callOutcomeOf, ProviderError, type UnavailableReason, unavailable } from '../providers/provider-error.ts';
import type { Quota, UsageReporter } from '../quotas/types.ts';
import type { CallOutcome, IdentifyOptions, ProviderAnswer, ProviderRequest } from '../types.ts';
import type { ProviderCall, ProviderHealth } from './service.ts';

/** Calls one provider, through everything that protects it. */
export interface ProviderCaller {
  /**
   * Returns why no call may be sent now for `holders` (see `Bulkhead`); undefined if one may. Decided in memory, and
   * reported to operators.
   */
  unavailableReason(options: IdentifyOptions, holders?: readonly string[]): UnavailableReason | undefined;
  /**
   * Sends one call.
   * @param recallId called once the call is let through, before anything is sent
   * @throws {ProviderError | QuotaExhaustedError | CircuitRejectedError | BulkheadFullError}
   */
  call(
    request: ProviderRequest,
    recallId: () => Promise<RecallId> | undefined,
    holders?: readonly string[],
  ): Promise<ProviderAnswer>;
  /** Returns the time until the next trial while the circuit is not closed, else until the quota resets, if known. */
  retryAfter(options: IdentifyOptions): { retryAfterMs?: number };
  health(): ProviderHealth;
}

export interface ProviderCallerOptions {
  definition: Pick<ProviderDefinition, 'name' | 'credits'>;
  client: ProviderClient;
  access: ProviderAccess;
  circuit: Circuit;
  quota: Quota;
  bulkhead: Bulkhead;
  clock: Clock;
  /** Aborts when the process ends; callers never abort a call that was sent. */
  closing: AbortSignal;
  /** Called with the events of the circuit, and with the rejections that were decided before a call reached it. */
  onCircuit(event: CircuitEvent): void;
  /** Called with the outcome of every question to the provider. */
  onCall(call: ProviderCall): void;
}

export function createProviderCaller(options: ProviderCallerOptions): ProviderCaller {
  const { access, bulkhead, circuit, client, clock, closing, definition, quota } = options;
  // The bulkhead is outermost: a call that finds no room takes no trial permit. The quota is innermost: a call that is
  // refused before it costs nothing.
  const protection = compose(bulkhead, circuit, quotaPolicy(quota));
  circuit.subscribe((event) => options.onCircuit(event));

  function untilTrial(): { retryAfterMs?: number } {
    const { nextTrialAt } = circuit.snapshot();
    return nextTrialAt === undefined ? {} : { retryAfterMs: Math.max(0, nextTrialAt - clock.now()) };
  }

  function report(outcome: CallOutcome, durationMs?: number): void {
    options.onCall({ provider: definition.name, outcome, ...(durationMs !== undefined && { durationMs }) });
  }

  return {
    unavailableReason(wanted, holders) {
      if (access.isRefused()) {
        report('held_back');
        return unavailable('misconfigured');
      }
      if (!circuit.admits()) {
        const { state } = circuit.snapshot();
        options.onCircuit({ type: 'rejected', state, ...untilTrial() });
        report(state === 'isolated' ? 'isolated' : 'refused');
        return unavailable('circuit_open', untilTrial());
      }
      const shortage = quota.shortage(definition.credits(wanted));
      if (shortage === undefined && bulkhead.hasRoom(holders)) return undefined;
      report('held_back');
      return shortage === undefined ? unavailable('bulkhead_full') : unavailable('out_of_quota', shortage);
    },

    async call(request, recallId, holders) {
      if (await access.wasRefused()) {
        report('held_back');
        throw new ProviderError(definition.name, 'misconfigured', 'the API key was rejected before');
      }
      const startedAt = clock.monotonic();
      try {
        const answer = await protection.execute(
          async ({ usage }) => client.identify(request, closing, await recallId(), usage),
          { holders, credits: definition.credits(request.options) },
        );
        report('ok', clock.monotonic() - startedAt);
        access.record(undefined);
        return answer;
      } catch (error) {
        const outcome = callOutcomeOf(error);
        const wasSent = outcome === 'ok' || outcome === 'failed' || outcome === 'timeout';
        report(outcome, wasSent ? clock.monotonic() - startedAt : undefined);
        access.record(error);
        throw error;
      }
    },

    retryAfter: (wanted) =>
      circuit.snapshot().nextTrialAt === undefined ? { ...quota.shortage(definition.credits(wanted)) } : untilTrial(),

    health() {
      const { state, failCount, failMax } = circuit.snapshot();
      const isRefused = access.isRefused();
      const misconfiguredSince = access.refusedSince();
      const isOutOfQuota = quota.shortage(usualCredits(definition)) !== undefined;
      const unpaidSince = isOutOfQuota ? access.unpaidSince() : undefined;
      return {
        available: state === 'closed' && !isRefused,
        state: isRefused ? 'misconfigured' : state,
        ...(misconfiguredSince !== undefined && { misconfiguredSince }),
        ...(isOutOfQuota && { outOfQuota: true as const }),
        ...(unpaidSince !== undefined && { unpaidSince }),
        failCount,
        failMax,
      };
    },
  };
}

/** Returns the quota as the innermost layer of a composition. It hands the call a reporter of its usage. */
function quotaPolicy(quota: Quota): Policy<{ readonly credits: number }, { readonly usage: UsageReporter }> {
  return { execute: (work, { credits }) => quota.run(credits, (usage) => work({ usage })) };
}

/** Durations of the last calls, from which people are told how long a call usually takes. */
export interface RecentDurations {
  add(ms: number): void;
  /** Returns p50 and p95; undefined until there are enough calls. */
  usual(): { usualMs: number; slowMs: number } | undefined;
}

const MAX_DURATIONS = 100;
const MIN_DURATIONS = 5;

export function createRecentDurations(): RecentDurations {
  const durations: number[] = [];
  const quantile = (sorted: readonly number[], share: number): number =>
    sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;

  return {
    add(ms) {
      durations.push(ms);
      if (durations.length > MAX_DURATIONS) durations.shift();
    },
    usual() {
      if (durations.length < MIN_DURATIONS) return undefined;
      const sorted = durations.toSorted((a, b) => a - b);
      return { usualMs: Math.round(quantile(sorted, 0.5)), slowMs: Math.round(quantile(sorted, 0.95)) };
    },
  };
}
