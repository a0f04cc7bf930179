import { durationText } from '../../../lib/format/time.ts';
import { PROVIDERS } from '../../../lib/providers.ts';
import type { AuditEntry } from '../../../lib/wire.ts';
import { STATE_NAMES } from '../state/provider-state.ts';

const MINUTE_MS = 60_000;
/** The domain of the addresses that stand in for those of deleted accounts. */
const REMOVED = '@removed.invalid';

/** Returns the address of a person in an entry, as long as their account exists. */
export function personText(email: string | undefined): string {
  return email === undefined || email.endsWith(REMOVED) ? 'a deleted account' : email;
}

/** Describes the action of an audit entry, such as "Isolated Pl@ntNet, 15 min". */
export function actionText(entry: AuditEntry): string {
  switch (entry.action) {
    case 'circuit.isolate': {
      const { after, at } = entry;
      const name = PROVIDERS[entry.target].displayName;
      if (after.until === undefined) return `Isolated ${name}`;
      const minutes = Math.round((Date.parse(after.until) - Date.parse(at)) / MINUTE_MS);
      return `Isolated ${name}, ${durationText(minutes * MINUTE_MS)}`;
    }
    case 'circuit.release':
      return `Released ${PROVIDERS[entry.target].displayName}`;
    case 'circuit.reset':
      return `Reset ${PROVIDERS[entry.target].displayName}`;
    case 'circuit.expire':
      return `Isolation of ${PROVIDERS[entry.target].displayName} ended`;
    case 'user.set_tier':
      return `Tier of ${personText(entry.target_email)}`;
    case 'user.set_role':
      return `Role of ${personText(entry.target_email)}`;
    case 'user.disable':
      return `Disabled ${personText(entry.target_email)}`;
    case 'user.enable':
      return `Enabled ${personText(entry.target_email)}`;
    case 'user.make_sign_in_link':
      return `Made a sign-in link for ${personText(entry.target_email)}`;
    case 'user.use_sign_in_link':
      return `Sign-in link of ${personText(entry.target_email)} used`;
    case 'alert.acknowledge':
      return `Acknowledged ${acknowledgedAlert(entry.after)}`;
  }
}

function acknowledgedAlert({ rule, subject }: { rule: string; subject?: string | undefined }): string {
  const name = `alert ${rule.replaceAll('_', ' ')}`;
  return subject === undefined ? name : `${name}, ${subject}`;
}

/** Describes the changed part before and after an action, such as "closed" and "isolated". */
export function changeTexts(entry: AuditEntry): { before: string; after: string } {
  switch (entry.action) {
    case 'circuit.isolate':
    case 'circuit.release':
    case 'circuit.reset':
    case 'circuit.expire': {
      const word = ({ state }: { state: keyof typeof STATE_NAMES }) => STATE_NAMES[state].toLowerCase();
      return { before: word(entry.before), after: word(entry.after) };
    }
    case 'user.set_tier':
      return { before: entry.before.tier, after: entry.after.tier };
    case 'user.set_role':
      return { before: entry.before.role, after: entry.after.role };
    case 'user.disable':
    case 'user.enable': {
      const word = ({ disabled }: { disabled: boolean }) => (disabled ? 'disabled' : 'enabled');
      return { before: word(entry.before), after: word(entry.after) };
    }
    case 'user.make_sign_in_link':
    case 'user.use_sign_in_link':
      return { before: LINK_WORDS[entry.before.link], after: LINK_WORDS[entry.after.link] };
    case 'alert.acknowledge':
      return { before: entry.before.state, after: entry.after.state };
  }
}

const LINK_WORDS = { none: 'no link', unused: 'unused link', used: 'used', ended: 'ended' } as const;
