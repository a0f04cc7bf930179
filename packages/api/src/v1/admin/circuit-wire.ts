import { z } from 'zod';
import { count, instant, ms } from './scalars.ts';

/** Circuits and calls of the providers in the operators' overview. */

const circuitState = z.enum(['closed', 'open', 'half_open', 'isolated']);

/** `off`: no key is configured; `misconfigured`: the provider rejects our key. */
const state = z.enum([...circuitState.options, 'off', 'misconfigured']);

/** A provider's circuit breaker, and what else decides whether the provider is asked. */
export const circuit = z.object({
  state,
  /** When the state began; absent while `off`. */
  since: instant.optional(),
  fail_count: count,
  fail_max: count,
  /** How long the circuit stays open once it opens. */
  reset_timeout_ms: ms,
  /** Maximum of the reset timeout, which each failed recovery doubles. */
  max_reset_timeout_ms: ms,
  /** Timeout of one call to the provider. */
  timeout_ms: ms,
  /** While `open`: when the next trial is allowed. */
  next_trial_at: instant.optional(),
  /** While `half_open`: successful trials, and the number that closes the circuit. */
  trials: z.object({ succeeded: count, required: count }).optional(),
  /** Class of the last failure that counted, such as `timeout`, `http_502`, `connection` or `malformed`, and when it was seen. */
  last_failure: z.object({ kind: z.string(), at: instant.optional() }).optional(),
  /** While an isolation is active; without `until` it lasts until it is released. `by` is an email address. */
  isolation: z.object({ reason: z.string(), until: instant.optional(), by: z.string(), at: instant }).optional(),
  /** How often the circuit opened in the last 60 minutes. */
  opened: count,
  /** The states of the last 60 minutes, oldest first; each lasts until the next begins. */
  states: z.array(z.object({ state: circuitState, from: instant })),
  /** It is not asked: its quota has no room for a usual call, or it said that it refuses calls. */
  out_of_quota: z.boolean(),
  /** Since when the provider asks for payment. */
  unpaid_since: instant.optional(),
});

/** Quantiles of the duration of calls that were sent, within 2 %; absent without such calls. */
export const quantiles = z.object({ p50_ms: ms.optional(), p95_ms: ms.optional(), p99_ms: ms.optional() });

/**
 * One minute of questions to one provider. Those with `success`, `failure` and `timeout` were sent. Those that the
 * circuit refused, `isolated` and `held_back` ones (no credits, no key, or too many at once) were not. `cached` and
 * `stale` ones were answered without a call of their own, `stale` often after a call that failed or was not sent.
 */
export const minute = quantiles.extend({
  at: instant,
  success: count,
  failure: count,
  timeout: count,
  refused: count,
  isolated: count,
  held_back: count,
  cached: count,
  stale: count,
  /** Most leases held at once: the sum of the highest number of each instance. */
  leases: count,
  /** Highest number of failures in a row. */
  failures: count,
});
