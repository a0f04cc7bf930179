import { PROVIDER_NAMES } from '@plantcommunity/identification';
import { AUDIT_ACTIONS } from '@plantcommunity/operations';
import { z } from 'zod';
import { instant } from './scalars.ts';

/** The wire shapes of the audit trail, which only tRPC offers. */

const circuit = z.object({
  state: z.enum(['closed', 'open', 'half_open', 'isolated']),
  until: instant.optional(),
});
const tier = z.object({ tier: z.enum(['free', 'pro', 'premium', 'enterprise']) });
const role = z.object({ role: z.enum(['user', 'admin']) });
const access = z.object({ disabled: z.boolean() });
/** `until`: the end of an unused link. */
const signInLink = z.object({ link: z.enum(['none', 'unused', 'used', 'ended']), until: instant.optional() });
const alert = z.object({
  state: z.enum(['firing', 'acknowledged', 'resolved']),
  rule: z.string(),
  /** A provider or a job. */
  subject: z.string().optional(),
});

const entry = z.object({
  /** ULID. */
  id: z.string(),
  at: instant,
  /** Email address; absent if no person did it, such as the end of an isolation. */
  actor: z.string().optional(),
  /** Empty if the action needs none. */
  reason: z.string(),
  request_id: z.string().optional(),
  /** The client's address, if a proxy of ours reported it. */
  address: z.string().optional(),
});

/** About a provider. */
const circuitEntry = entry.extend({
  action: z.enum(['circuit.isolate', 'circuit.release', 'circuit.reset', 'circuit.expire']),
  target: z.enum(PROVIDER_NAMES),
  before: circuit,
  after: circuit,
});

/** About the user whose id `target` is; `target_email` is absent once the account is deleted. */
const userEntry = entry.extend({ target: z.string(), target_email: z.string().optional() });

/** About the alert whose id `target` is. */
const alertEntry = entry.extend({ target: z.string(), before: alert, after: alert });

/** An entry of the audit trail; its `action` tells what it is about. */
export const auditEntry = z.discriminatedUnion('action', [
  circuitEntry,
  userEntry.extend({ action: z.literal('user.set_tier'), before: tier, after: tier }),
  userEntry.extend({ action: z.literal('user.set_role'), before: role, after: role }),
  userEntry.extend({ action: z.enum(['user.disable', 'user.enable']), before: access, after: access }),
  userEntry.extend({
    action: z.enum(['user.make_sign_in_link', 'user.use_sign_in_link']),
    before: signInLink,
    after: signInLink,
  }),
  alertEntry.extend({ action: z.literal('alert.acknowledge') }),
]);

/** Entries, newest first; `next_cursor` is absent on the last page. */
export const auditPage = z.object({ items: z.array(auditEntry), next_cursor: z.string().optional() });

const text = z.string().trim().min(1).max(200);

/** Which entries to list; texts match anywhere and ignore case. */
const auditFilter = z.strictObject({
  /** Part of the email address of the person who acted. */
  who: text.optional(),
  actions: z.array(z.enum(AUDIT_ACTIONS)).min(1).optional(),
  /** Part of a provider's name or a user's email address, or the whole id of a user or an alert. */
  target: text.optional(),
  from: instant.optional(),
  /** The moment after the last. */
  to: instant.optional(),
  /** Part of the reason. */
  reason: text.optional(),
});

export const auditListInput = auditFilter
  .extend({
    limit: z.int().min(1).max(200).default(50),
    /** `next_cursor` of the page before. */
    cursor: z.ulid().optional(),
  })
  .default({ limit: 50 });

export type WireAuditEntry = z.infer<typeof auditEntry>;
export type WireAuditPage = z.infer<typeof auditPage>;
