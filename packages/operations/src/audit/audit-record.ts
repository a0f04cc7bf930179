import { PROVIDER_NAMES, type ProviderName } from '@plantcommunity/identification';
import { z } from 'zod';

export const auditAction = z.enum(['circuit.isolate', 'circuit.release', 'circuit.reset', 'circuit.expire']);
export type AuditAction = z.infer<typeof auditAction>;

export const auditTarget = z.enum(PROVIDER_NAMES);

/** A circuit as the trail keeps it: its state and, of an isolation, when that ends by itself. */
export const auditedCircuit = z.object({
  state: z.enum(['closed', 'open', 'half_open', 'isolated']),
  until: z.iso.datetime().optional(),
});
export type AuditedCircuit = z.infer<typeof auditedCircuit>;

/** Who did what to which provider's circuit, and why. */
export interface AuditRecord {
  /** ULID. */
  id: string;
  at: Date;
  /** E-mail address; absent when time did it. */
  actor?: string;
  action: AuditAction;
  target: ProviderName;
  reason: string;
  before: AuditedCircuit;
  after: AuditedCircuit;
  requestId?: string;
  address?: string;
}
