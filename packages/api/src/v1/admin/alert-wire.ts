import { z } from 'zod';
import { count, instant } from './scalars.ts';

/** The alerts that the app watches, and what follows from them for an operator. */

const alertRule = z.enum([
  'no_provider_answers',
  'few_answers',
  'server_errors',
  'redis_refuses_writes',
  'provider_unpaid',
  'provider_misconfigured',
  'circuit_stuck_open',
  'quota_last_tenth',
  'circuit_open',
  'quota_nearly_used',
  'job_failing',
]);

/** Whether an operator has to get up. */
export const urgency = z.object({
  answer: z.enum(['no', 'not_yet', 'yes']),
  /** When `not_yet` becomes `yes` if nothing changes. */
  wakes_at: instant.optional(),
  checks: z.array(
    z.object({
      name: z.enum(['answered', 'provider_answers', 'writes_and_credits']),
      ok: z.boolean(),
      value: z.number().optional(),
      limit: z.number().optional(),
    }),
  ),
  /** What decided; absent when all is well. Value in the unit of the rule; `since` when the condition began, if known. */
  because: z
    .object({ rule: alertRule, subject: z.string().optional(), value: z.number(), since: instant.optional() })
    .optional(),
});

const alert = z.object({
  id: z.string(),
  rule: alertRule,
  /** A provider, or the name of a job. */
  subject: z.string().optional(),
  severity: z.enum(['warning', 'critical']),
  state: z.enum(['firing', 'acknowledged', 'resolved']),
  value: z.number(),
  limit: z.number(),
  unit: z.enum(['ms', 'share', 'count']),
  since: instant,
  /** `by` is an email address. */
  acknowledged: z.object({ by: z.string(), at: instant }).optional(),
  resolved_at: instant.optional(),
  /** Anchor of the section in the runbook. */
  runbook: z.string(),
});

export const alerts = z.object({
  /** Firing and acknowledged ones first, then those that were resolved in the last 24 hours. */
  items: z.array(alert),
  /** The last delivery; absent without a webhook. */
  webhook: z
    .object({
      last_status: z.int().optional(),
      last_error: z.string().optional(),
      last_at: instant.optional(),
      waiting: count,
    })
    .optional(),
});

export type WireAlerts = z.infer<typeof alerts>;
