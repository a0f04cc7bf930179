import type { Bulkhead, Circuit, CircuitEvent, Clock } from '@plantcommunity/resilience';
import type { Logger } from '@plantcommunity/telemetry';
import { type Provider, type ProviderAnswer, ProviderError, type ProviderRequest, type Ticket } from '../provider.ts';
import { callOutcome, wasSent } from './call-outcome.ts';
import type { Refusal } from './refusal.ts';
import type { CallOutcome, ProviderCall, ProviderHealth } from './service.ts';

/** Out of credits without a word on when they come back: asked again after this. */
const QUOTA_PAUSE_MS = 60_000;
/** A provider that refused our key is probed (for free) this often while people ask for it. */
const PROBE_EVERY_MS = 60_000;
const PROBE_TIMEOUT_MS = 5_000;

/** Everything that stands between a question and one provider. */
export interface Gate {
  /** Undefined when a call may leave now. Decided in memory. */
  refusal(): Refusal | undefined;
  /**
   * One call.
   * @param ticket taken once the call is let through, before anything leaves
   * @throws {ProviderError | CircuitRejectedError | BulkheadFullError}
   */
  call(request: ProviderRequest, ticket: () => Promise<Ticket> | undefined): Promise<ProviderAnswer>;
  /** Until the next trial, while its circuit is not closed and that is known. */
  untilTrial(): { retryAfterMs?: number };
  health(): ProviderHealth;
}

export interface GateOptions {
  provider: Provider;
  circuit: Circuit;
  bulkhead: Bulkhead;
  clock: Clock;
  logger: Logger;
  /** Aborts when the process ends; callers never abort a call that has left. */
  closing: AbortSignal;
  /** Hears the circuit, and the calls that were refused before they reached it. */
  onCircuit(event: CircuitEvent): void;
  /** Hears of every question that gets here what became of it. */
  onCall(call: ProviderCall): void;
}

export function createGate(options: GateOptions): Gate {
  const { bulkhead, circuit, clock, closing, logger, provider } = options;
  circuit.subscribe((event) => options.onCircuit(event));
  let quotaUntil = 0;
  let misconfigured = false;
  let nextProbeAt = 0;

  async function probe(): Promise<void> {
    nextProbeAt = clock.monotonic() + PROBE_EVERY_MS;
    try {
      await provider.probe(AbortSignal.any([closing, AbortSignal.timeout(PROBE_TIMEOUT_MS)]));
      misconfigured = false;
      logger.warn({ provider: provider.name }, 'The provider accepts our key again');
    } catch (error) {
      logger.debug({ provider: provider.name, error }, 'The provider still refuses our key');
    }
  }

  function remember(error: unknown): void {
    if (!(error instanceof ProviderError)) return;
    if (error.kind === 'quota') quotaUntil = clock.monotonic() + (error.retryAfterMs ?? QUOTA_PAUSE_MS);
    if (error.kind === 'misconfigured' && !misconfigured) {
      misconfigured = true;
      nextProbeAt = clock.monotonic() + PROBE_EVERY_MS;
      logger.fatal(
        { provider: provider.name, status: error.status },
        'The provider refuses our key and is off until it accepts it',
      );
    }
  }

  function untilTrial(): { retryAfterMs?: number } {
    const { nextTrialAt } = circuit.snapshot();
    return nextTrialAt === undefined ? {} : { retryAfterMs: Math.max(0, nextTrialAt - clock.now()) };
  }

  function tell(outcome: CallOutcome, durationMs?: number): void {
    options.onCall({ provider: provider.name, outcome, ...(durationMs !== undefined && { durationMs }) });
  }

  function refusal(): Refusal | undefined {
    if (misconfigured) {
      if (clock.monotonic() >= nextProbeAt) void probe();
      return { status: 'misconfigured' };
    }
    if (!circuit.admits()) {
      options.onCircuit({ type: 'rejected', state: circuit.snapshot().state, ...untilTrial() });
      return { status: 'resting', ...untilTrial() };
    }
    const quotaMs = quotaUntil - clock.monotonic();
    if (quotaMs > 0) return { status: 'quota', retryAfterMs: quotaMs };
    return bulkhead.hasRoom() ? undefined : { status: 'busy' };
  }

  return {
    refusal() {
      const refused = refusal();
      if (refused?.status === 'resting') tell(circuit.snapshot().state === 'isolated' ? 'isolated' : 'refused');
      else if (refused !== undefined) tell('held_back');
      return refused;
    },

    // The bulkhead stands outside: a call that finds no room takes no trial permit.
    async call(request, ticket) {
      const began = clock.monotonic();
      try {
        const work = async () => provider.identify(request, closing, await ticket());
        const answer = await bulkhead.run(() => circuit.execute(work));
        tell('ok', clock.monotonic() - began);
        return answer;
      } catch (error) {
        const outcome = callOutcome(error);
        tell(outcome, wasSent(outcome) ? clock.monotonic() - began : undefined);
        remember(error);
        throw error;
      }
    },

    untilTrial,

    health() {
      const { state, failCount, failMax } = circuit.snapshot();
      return {
        available: state === 'closed' && !misconfigured,
        state: misconfigured ? 'misconfigured' : state,
        ...(quotaUntil > clock.monotonic() && { outOfQuota: true as const }),
        failCount,
        failMax,
      };
    },
  };
}
