import { byProvider, PROVIDER_NAMES } from '@plantcommunity/identification';
import { z } from 'zod';
import { auditEntry } from './audit-wire.ts';

/** The wire shapes of `v1.admin`, which only tRPC offers. Times are ISO 8601, durations are milliseconds. */

const provider = z.enum(PROVIDER_NAMES);
const instant = z.iso.datetime();
const count = z.int().min(0);
const ms = z.number().min(0);

const circuitState = z.enum(['closed', 'open', 'half_open', 'isolated']);
/** `off`: no key is configured; `misconfigured`: the provider rejects our key. */
const state = z.enum([...circuitState.options, 'off', 'misconfigured']);

/** One minute of calls to one provider, counted by the instance that answers. */
const minute = z.object({
  at: instant,
  ok: count,
  /** Includes timeouts. */
  failed: count,
  /** Calls that were not sent, for any reason. */
  refused: count,
  /** Absent for a minute without calls. */
  p95_ms: ms.optional(),
});

/**
 * Outcomes of the requests in those minutes. Calls with `success`, `failure` and `timeout` were sent. Calls that the
 * circuit refused, `isolated` and `held_back` calls (no credits, no key, or too many at once) were not. `cached` and
 * `stale` requests were answered without a call of their own, `stale` often after a call that failed or was not sent.
 */
const outcomes = z.object({
  success: count,
  failure: count,
  timeout: count,
  refused: count,
  isolated: count,
  held_back: count,
  cached: count,
  stale: count,
});

const circuit = z.object({
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
  /** Class of the last failure that counted, such as `timeout`, `http_502`, `connection` or `malformed`, and when this instance saw it. */
  last_failure: z.object({ kind: z.string(), at: instant.optional() }).optional(),
  /** While an isolation is active; without `until` it lasts until it is released. `by` is an email address. */
  isolation: z.object({ reason: z.string(), until: instant.optional(), by: z.string(), at: instant }).optional(),
  /** The last 60 minutes of this instance, oldest first, the last one still running. */
  minutes: z.array(minute),
  outcomes,
  /** Latency of the calls of those minutes; absent without calls. */
  latency: z.object({ p50_ms: ms, p95_ms: ms, p99_ms: ms }).optional(),
  /** The states of the last 60 minutes as this instance saw them, oldest first; each lasts until the next begins. */
  states: z.array(z.object({ state: circuitState, from: instant })),
});

export const circuitsOverview = z.object({
  at: instant,
  /** `answers`, `minutes`, `outcomes`, `latency` and `states` are those of the instance that answers. */
  counted_by: z.literal('this_instance'),
  /** False while Redis is unavailable: circuits are local, and overrides are stored and applied later. */
  shared: z.boolean(),
  /**
   * Of the `known` instances, which reported in the last minute, `agree` have the same circuit states as the instance that
   * answers. Both counts include it. Absent while Redis does not answer.
   */
  instances: z.object({ agree: count, known: count }).optional(),
  /** Answers to the requests of the last `minutes`; `waiting` requests were told to retry. */
  answers: z.object({ minutes: count, cached: count, stale: count, fresh: count, waiting: count }),
  circuits: z.object(byProvider(() => circuit)),
  /** The 20 newest entries, newest first. */
  audit: z.array(auditEntry),
});

/** `reason`: 10 to 500 characters, stored in the audit trail. */
export const overrideInput = z.strictObject({ provider, reason: z.string() });

/** Ends at `until` or after `minutes`, up to 30 days; with neither it lasts until it is released. */
export const isolateInput = overrideInput
  .extend({ until: instant.optional(), minutes: z.int().min(1).max(43_200).optional() })
  .refine(({ minutes, until }) => minutes === undefined || until === undefined, {
    error: 'Give until or minutes, not both.',
    path: ['minutes'],
  });

export type WireCircuit = z.infer<typeof circuit>;
export type WireCircuitsOverview = z.infer<typeof circuitsOverview>;
