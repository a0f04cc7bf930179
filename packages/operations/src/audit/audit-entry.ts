import { PROVIDER_NAMES } from '@plantcommunity/identification';
import { z } from 'zod';

const circuit = z.object({
  state: z.enum(['closed', 'open', 'half_open', 'isolated']),
  until: z.iso.datetime().optional(),
});
const tier = z.object({ tier: z.enum(['free', 'pro', 'premium', 'enterprise']) });
const role = z.object({ role: z.enum(['user', 'admin']) });
const access = z.object({ disabled: z.boolean() });
/** The last sign-in link that was made for a user; `until` is the end of an unused one. */
const signInLink = z.object({
  link: z.enum(['none', 'unused', 'used', 'ended']),
  until: z.iso.datetime().optional(),
});
/** `rule` names the rule that fires; `subject` the provider or job that it is about. */
const alert = z.object({
  state: z.enum(['firing', 'acknowledged', 'resolved']),
  rule: z.string(),
  subject: z.string().optional(),
});

/** The actions that change the same part of a target, which `before` and `after` hold. */
function change<const Actions extends readonly [string, ...string[]], Target extends z.ZodType, Part extends z.ZodType>(
  actions: Actions,
  target: Target,
  part: Part,
) {
  return z.object({ action: z.enum(actions), target, before: part, after: part });
}

const provider = z.enum(PROVIDER_NAMES);
/** Id of a user or an alert. */
const id = z.string();

/** The part of an entry that depends on its action; the first word of an action is the kind of its target. */
export const auditChange = z.discriminatedUnion('action', [
  change(['circuit.isolate', 'circuit.release', 'circuit.reset', 'circuit.expire'], provider, circuit),
  change(['user.set_tier'], id, tier),
  change(['user.set_role'], id, role),
  change(['user.disable', 'user.enable'], id, access),
  change(['user.make_sign_in_link', 'user.use_sign_in_link'], id, signInLink),
  change(['alert.acknowledge'], id, alert),
]);

/** An action, its target, and the changed part of the target before and after it. */
export type AuditChange = z.infer<typeof auditChange>;
export type AuditAction = AuditChange['action'];

export const AUDIT_ACTIONS: readonly AuditAction[] = auditChange.options.flatMap(
  (option) => option.shape.action.options,
);

/** A circuit as the audit trail stores it: its state and the end of an isolation that ends by itself. */
export type AuditedCircuit = z.infer<typeof circuit>;

/** An entry of the audit trail: what was changed, by whom, when and why. */
export type AuditRecord = AuditChange & {
  /** ULID; the order of ids is the order of entries. */
  id: string;
  at: Date;
  /** E-mail address; absent for a change that no person made, such as the end of an isolation. */
  actor?: string;
  /** E-mail address of the user whom an action `user.*` is about, while the account exists. */
  targetEmail?: string;
  /** Empty when the action needs none. */
  reason: string;
  requestId?: string;
  address?: string;
};
