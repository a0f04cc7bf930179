import type { Bulkhead, Circuit, CircuitEvent, Clock } from '@plantcommunity/resilience';
import type { ProviderAccess } from '../providers/provider-access.ts';
import { creditsFor, usualCredits } from '../quotas/credits.ts';
import type { Quota } from '../quotas/types.ts';
import {
  type IdentifyOptions,
  type ProviderAnswer,
  type ProviderClient,
  ProviderError,
  type ProviderRequest,
  type RecallId,
} from '../types.ts';
import { callOutcome, wasSent } from './call-outcome.ts';
import type { CallOutcome, ProviderCall, ProviderHealth } from './service.ts';
import type { UnavailableReason } from './unavailable-reason.ts';

/** Everything that stands between a question and one provider. */
export interface ProviderCaller {
  /** Undefined when a call may leave now for `holders`, see `Bulkhead`. Decided in memory. */
  unavailableReason(options: IdentifyOptions, holders?: readonly string[]): UnavailableReason | undefined;
  /**
   * One call.
   * @param ticket taken once the call is let through, before anything leaves
   * @throws {ProviderError | QuotaExhaustedError | CircuitRejectedError | BulkheadFullError}
   */
  call(
    request: ProviderRequest,
    ticket: () => Promise<RecallId> | undefined,
    holders?: readonly string[],
  ): Promise<ProviderAnswer>;
  /** Until the next trial, while its circuit is not closed, else until its quota begins anew, as far as is known. */
  retryAfter(options: IdentifyOptions): { retryAfterMs?: number };
  health(): ProviderHealth;
}

export interface ProviderCallerOptions {
  provider: ProviderClient;
  access: ProviderAccess;
  circuit: Circuit;
  quota: Quota;
  bulkhead: Bulkhead;
  clock: Clock;
  /** Aborts when the process ends; callers never abort a call that has left. */
  closing: AbortSignal;
  /** Hears the circuit, and the calls that were refused before they reached it. */
  onCircuit(event: CircuitEvent): void;
  /** Hears of every question that gets here what became of it. */
  onCall(call: ProviderCall): void;
}

export function createProviderCaller(options: ProviderCallerOptions): ProviderCaller {
  const { access, bulkhead, circuit, clock, closing, provider, quota } = options;
  circuit.subscribe((event) => options.onCircuit(event));

  function untilTrial(): { retryAfterMs?: number } {
    const { nextTrialAt } = circuit.snapshot();
    return nextTrialAt === undefined ? {} : { retryAfterMs: Math.max(0, nextTrialAt - clock.now()) };
  }

  function tell(outcome: CallOutcome, durationMs?: number): void {
    options.onCall({ provider: provider.name, outcome, ...(durationMs !== undefined && { durationMs }) });
  }

  function refusal(wanted: IdentifyOptions, holders?: readonly string[]): UnavailableReason | undefined {
    if (access.isRefused()) return { status: 'misconfigured' };
    if (!circuit.admits()) {
      options.onCircuit({ type: 'rejected', state: circuit.snapshot().state, ...untilTrial() });
      return { status: 'resting', ...untilTrial() };
    }
    const spent = quota.shortage(creditsFor(provider.name, wanted));
    if (spent !== undefined) return { status: 'quota', ...spent };
    return bulkhead.hasRoom(holders) ? undefined : { status: 'busy' };
  }

  return {
    unavailableReason(wanted, holders) {
      const refused = refusal(wanted, holders);
      if (refused?.status === 'resting') tell(circuit.snapshot().state === 'isolated' ? 'isolated' : 'refused');
      else if (refused !== undefined) tell('held_back');
      return refused;
    },

    // The bulkhead stands outside: a call that finds no room takes no trial permit. The quota comes last: a call that is
    // refused before costs nothing.
    async call(request, ticket, holders) {
      if (await access.wasRefused()) {
        tell('held_back');
        throw new ProviderError(provider.name, 'misconfigured', 'the API key was rejected before');
      }
      const began = clock.monotonic();
      try {
        const credits = creditsFor(provider.name, request.options);
        const work = () =>
          quota.run(credits, async (meter) => provider.identify(request, closing, await ticket(), meter));
        const answer = await bulkhead.execute(() => circuit.execute(work), { holders });
        tell('ok', clock.monotonic() - began);
        access.record(undefined);
        return answer;
      } catch (error) {
        const outcome = callOutcome(error);
        tell(outcome, wasSent(outcome) ? clock.monotonic() - began : undefined);
        access.record(error);
        throw error;
      }
    },

    retryAfter: (wanted) =>
      circuit.snapshot().nextTrialAt === undefined
        ? { ...quota.shortage(creditsFor(provider.name, wanted)) }
        : untilTrial(),

    health() {
      const { state, failCount, failMax } = circuit.snapshot();
      const isRefused = access.isRefused();
      return {
        available: state === 'closed' && !isRefused,
        state: isRefused ? 'misconfigured' : state,
        ...(quota.shortage(usualCredits(provider.name)) !== undefined && { outOfQuota: true as const }),
        failCount,
        failMax,
      };
    },
  };
}
