/** A circuit as most tests want it: three failures open it for a minute, two of two trials close it. */
export const SERVICE_CIRCUIT = {
  name: 'service',
  failMax: 3,
  resetTimeoutMs: 60_000,
  maxResetTimeoutMs: 300_000,
  successThreshold: 2,
  trialPermits: 2,
} as const;
