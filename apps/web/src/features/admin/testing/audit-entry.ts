/** An audit entry about a circuit. */
export const auditEntry = {
  id: '01JD8Z4Q0M3T5R7V9X1B2C4D6F',
  at: '2026-11-22T01:22:11.312Z',
  actor: 'ada@example.org',
  action: 'circuit.isolate',
  target: 'plantnet',
  reason: '502 from every call, status page says outage',
  before: { state: 'half_open' },
  after: { state: 'isolated', until: '2026-11-22T01:37:11.300Z' },
} as const;
