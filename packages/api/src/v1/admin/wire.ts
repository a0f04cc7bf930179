import { PROVIDER_NAMES } from '@plantcommunity/identification';
import { z } from 'zod';

/** The shapes of `v1.admin`, which is offered over tRPC only. Times are ISO 8601, lengths of time milliseconds. */

const provider = z.enum(PROVIDER_NAMES);
const instant = z.iso.datetime();
const count = z.int().min(0);
const ms = z.number().min(0);

const circuitState = z.enum(['closed', 'open', 'half_open', 'isolated']);
/** `off`: it has no key; `misconfigured`: it refuses our key. */
const state = z.enum([...circuitState.options, 'off', 'misconfigured']);

/** One minute of calls to one provider, as counted by the instance that answers. */
const minute = z.object({
  at: instant,
  ok: count,
  /** Timeouts too. */
  failed: count,
  /** Not sent, for whatever reason. */
  refused: count,
  /** Absent for a minute without calls. */
  p95_ms: ms.optional(),
});

/**
 * What became of the questions of those minutes. `success`, `failure` and `timeout` were sent; `refused` by the circuit,
 * `isolated` and `held_back` (no credits, no key, or too many at once) were not; `cached` and `stale` were answered
 * without a call of their own, `stale` often after a call that failed or was not sent.
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
  /** How long the circuit stays, or would stay, open. */
  reset_timeout_ms: ms,
  /** What the reset time, doubled by each failed recovery, never exceeds. */
  max_reset_timeout_ms: ms,
  /** Of one call to the provider. */
  timeout_ms: ms,
  /** While `open`: from when on a trial is let through. */
  next_trial_at: instant.optional(),
  /** While `half_open`: good trials so far, and how many close it. */
  trials: z.object({ succeeded: count, required: count }).optional(),
  /** Class of the last failure that counted, such as `timeout`, `http_502`, `connection` or `malformed`, and when this instance saw it. */
  last_failure: z.object({ kind: z.string(), at: instant.optional() }).optional(),
  /** While an operator's isolation stands; without `until` it stands until it is released. `by` is an e-mail address. */
  isolation: z.object({ reason: z.string(), until: instant.optional(), by: z.string(), at: instant }).optional(),
  /** The last 60 minutes of this instance, oldest first, the last one still running. */
  minutes: z.array(minute),
  outcomes,
  /** Of the calls of those minutes; absent without any. */
  latency: z.object({ p50_ms: ms, p95_ms: ms, p99_ms: ms }).optional(),
  /** The states of the last 60 minutes as this instance saw them, oldest first; each lasts until the next begins. */
  states: z.array(z.object({ state: circuitState, from: instant })),
});

/** A circuit as the audit trail keeps it. */
const auditedCircuit = z.object({ state: circuitState, until: instant.optional() });

const auditEntry = z.object({
  /** ULID. */
  id: z.string(),
  at: instant,
  /** E-mail address; absent when time did it. */
  actor: z.string().optional(),
  action: z.enum(['circuit.isolate', 'circuit.release', 'circuit.reset', 'circuit.expire']),
  /** What it was done to: a provider. */
  target: provider,
  reason: z.string(),
  before: auditedCircuit,
  after: auditedCircuit,
  request_id: z.string().optional(),
  /** Of the client, where a proxy of ours told it. */
  address: z.string().optional(),
});

export const circuitsOverview = z.object({
  at: instant,
  /** `answers`, `minutes`, `outcomes`, `latency` and `states` are those of the instance that answers. */
  counted_by: z.literal('this_instance'),
  /** False: circuits are this instance's own until Redis is back; orders are kept and followed then. */
  shared: z.boolean(),
  /**
   * Of the `known` instances, which were heard of in the last minute, `agree` see the circuits as the one that answers,
   * which both count; absent while Redis does not answer.
   */
  instances: z.object({ agree: count, known: count }).optional(),
  /** What the requests of the last `minutes` got; `waiting`: nothing, and were asked to come again. */
  answers: z.object({ minutes: count, cached: count, stale: count, fresh: count, waiting: count }),
  circuits: z.object({ plant_id: circuit, plantnet: circuit }),
  /** The 20 newest entries, newest first. */
  audit: z.array(auditEntry),
});

export const auditPage = z.object({ items: z.array(auditEntry) });

/** `reason`: 10 to 500 characters, kept in the audit trail. */
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
export type WireAuditEntry = z.infer<typeof auditEntry>;
export type WireAuditPage = z.infer<typeof auditPage>;
