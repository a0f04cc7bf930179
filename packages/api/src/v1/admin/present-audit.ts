import type { AuditPage, AuditRecord } from '@plantcommunity/operations';
import type { WireAuditEntry, WireAuditPage } from './audit-wire.ts';

/** Members that are undefined are absent on the wire. */
export function presentAuditPage({ entries, nextCursor }: AuditPage): WireAuditPage {
  return { items: entries.map(presentAuditEntry), next_cursor: nextCursor };
}

export function presentAuditEntry(record: AuditRecord): WireAuditEntry {
  const { at, requestId, targetEmail, ...entry } = record;
  const shared = { at: at.toISOString(), request_id: requestId };
  switch (entry.action) {
    case 'circuit.isolate':
    case 'circuit.release':
    case 'circuit.reset':
    case 'circuit.expire':
    case 'alert.acknowledge':
      return { ...entry, ...shared };
    case 'user.set_tier':
    case 'user.set_role':
    case 'user.disable':
    case 'user.enable':
    case 'user.make_sign_in_link':
    case 'user.use_sign_in_link':
      return { ...entry, ...shared, target_email: targetEmail };
  }
}
