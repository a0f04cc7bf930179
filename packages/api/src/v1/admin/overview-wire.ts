import { byProvider, PROVIDER_NAMES } from '@plantcommunity/identification';
import { z } from 'zod';
import { alerts, urgency } from './alert-wire.ts';
import { auditEntry } from './audit-wire.ts';
import { circuit, minute, quantiles } from './circuit-wire.ts';
import { count, instant, ms, share } from './scalars.ts';

/**
 * The operators' overview on the wire: `v1.admin.overview`. Times are ISO 8601, durations milliseconds, shares 0 to 1.
 * Figures are those of all instances while `shared` is true.
 */

const provider = z.enum(PROVIDER_NAMES);

/** What the instance that answers depends on, as it sees it. */
const dependencies = z.object({
  redis: z.object({
    state: z.enum(['up', 'down', 'read_only', 'full', 'loading']),
    reason: z.string().optional(),
    latency_ms: ms.optional(),
    used_bytes: count.optional(),
    max_bytes: count.optional(),
  }),
  database: z.object({
    state: z.enum(['up', 'down']),
    latency_ms: ms.optional(),
    in_use: count,
    size: count,
    waiting: count,
    /** The text has placeholders instead of values, and at most 120 characters. */
    slowest: z.object({ ms, statement: z.string().max(120) }).optional(),
  }),
  photo_store: z.object({
    state: z.enum(['up', 'down']),
    free_bytes: count.optional(),
    /** Photos that nothing refers to; absent until they are counted. */
    orphans: count.optional(),
  }),
  decoder: z.object({ busy: count, size: count, waiting: count }),
});

const job = z.object({
  name: z.string(),
  /**
   * The last 10 runs, oldest first; `outcome` is absent while a run lasts. `lost`: its process died; `stopped`: its
   * process was asked to end, which says nothing about the job.
   */
  runs: z.array(
    z.object({
      at: instant,
      duration_ms: ms.optional(),
      outcome: z.enum(['succeeded', 'failed', 'lost', 'stopped']).optional(),
      report: z.string().optional(),
    }),
  ),
  next_at: instant.optional(),
  /** Runs in succession that failed or were lost. */
  failures: count,
  /** How many things wait for the job. */
  waiting: count.optional(),
});

const quotas = z.object({
  rows: z.array(
    z.object({
      provider,
      window: z.string(),
      used: count,
      /** 0: no call is allowed. A window without a limit has no row. */
      limit: count,
      /** Absent for a quota over the life of the key, which never resets. */
      resets_at: instant.optional(),
      /** When the provider itself said so. */
      reported_at: instant.optional(),
      /** When the quota will be used up at the present pace. */
      exhausted_at: instant.optional(),
      /** The last 30 days, oldest first. */
      days: z.array(z.object({ day: z.string(), count })),
    }),
  ),
});

/** Look-ups of answers in the last 60 minutes, by the tier that had a fresh one. */
const cache = z.object({
  memory: count,
  redis: count,
  miss: count,
  /** Stale answers that were given. */
  stale: count,
  /** Cached answers of the paid provider: calls that were not sent to it. */
  saved_calls: count,
  /** Credits that those calls would have spent. */
  saved_credits: count,
  /** Credits of a call to the paid provider with the options that most callers send. */
  usual_credits: count,
  /** Dollars for one credit. */
  credit_cost: z.number().min(0),
});

const rate = z.object({ count, window_ms: ms });

const limits = z.object({
  rows: z.array(
    z.object({
      tier: z.enum(['anonymous', 'free', 'pro', 'premium', 'enterprise']),
      configured: rate,
      in_force: rate,
      /** Calls that were answered with 429 in the last 60 minutes. */
      refused: count,
      /** The same calls in each of the periods. */
      refused_by_period: z.array(count),
    }),
  ),
  /** When each period of 5 minutes in the last 60 began, oldest first; the last one is still running. */
  periods: z.array(instant),
  /** What the configured limits are multiplied by while credits run out. */
  factor: share,
});

const leases = z.object({
  /** Leases of answers that are held now, the longest held one first. */
  held: z.array(
    z.object({
      /** First 8 hexadecimal digits of the photo's hash. */
      photo: z.string(),
      provider,
      /** Name of the holder in Redis, which contains the host name and the process id. */
      owner: z.string(),
      since: instant,
      /** Callers that wait for the answer. */
      waiting: count,
    }),
  ),
  /** Of the waits in the last 60 minutes, within 2 %; absent without waits. */
  wait_p95_ms: ms.optional(),
  /** Waits that timed out in the last 60 minutes. */
  timeouts: count,
});

/**
 * Calls of the legacy namespace on the UTC day so far, the most frequent ones first. `client` is product and version, or the
 * id of a signed-in user, whose address is `email`.
 */
const legacy = z.object({
  sunset_at: instant,
  rows: z.array(z.object({ path: z.string(), client: z.string(), email: z.string().optional(), today: count })),
});

export const overview = z.object({
  at: instant,
  /** False while Redis is unavailable: states and figures are those of the instance that answers. */
  shared: z.boolean(),
  /**
   * Of the `known` instances, which reported in the last minute, `agree` have the same circuit states as the instance that
   * answers. Both counts include it. Absent while Redis does not answer.
   */
  instances: z.object({ agree: count, known: count }).optional(),
  /** Answers to the requests of the last `minutes`; `retry` requests were told to retry. */
  answers: z.object({ minutes: count, fresh: count, cached: count, stale: count, retry: count }),
  circuits: z.object(byProvider(() => circuit)),
  /** The last 60 minutes, oldest first, the last one still running; a change has only the minutes that changed. */
  minutes: z.object(byProvider(() => z.array(minute))),
  /** The same quantiles for all 60 minutes together. */
  quantiles: z.object(byProvider(() => quantiles)),
  dependencies,
  urgency,
  alerts,
  jobs: z.array(job),
  quotas,
  cache,
  limits,
  leases,
  legacy,
  /** The 20 newest entries, newest first. */
  audit: z.array(auditEntry),
});

/**
 * What a watcher receives: first the whole overview, then the parts that changed, each complete but for `minutes`.
 * `gone` names the optional parts that are absent from now on.
 */
export const overviewEvent = z.discriminatedUnion('type', [
  z.object({ type: z.literal('whole'), overview }),
  z.object({
    type: z.literal('changes'),
    changes: overview.partial().required({ at: true }),
    gone: z.array(overview.keyof()),
  }),
]);

export type WireOverview = z.infer<typeof overview>;
export type WireOverviewEvent = z.infer<typeof overviewEvent>;
