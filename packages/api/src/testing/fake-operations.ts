import type { AccountDetails } from '@plantcommunity/auth';
import type { AuditRecord, CircuitOverview, Operations, Overview, UserOperations } from '@plantcommunity/operations';

const NOON = Date.UTC(2026, 2, 1, 12);

const auditRecord: AuditRecord = {
  id: '01JD8Z4Q0M3T5R7V9X1B2C4D6F',
  at: new Date(NOON - 60_000),
  actor: 'ada@example.org',
  action: 'circuit.isolate',
  target: 'plantnet',
  reason: 'Their status page says outage.',
  before: { state: 'closed' },
  after: { state: 'isolated', until: '2026-03-01T12:14:00.000Z' },
  requestId: '6f1c1d5e-2f5b-4a55-9a52-0e8f7ad1c2b3',
};

const minute = {
  at: NOON - 60_000,
  ok: 2,
  failed: 0,
  timeout: 1,
  refused: 3,
  isolated: 0,
  held_back: 1,
  cached: 9,
  stale: 4,
  leases: 2,
  failures: 1,
  p50Ms: 900,
  p95Ms: 2100,
  p99Ms: 2100,
};
const times = { failMax: 3, resetTimeoutMs: 60_000, maxResetTimeoutMs: 300_000, timeoutMs: 35_000 };

const open: CircuitOverview = {
  ...times,
  state: 'open',
  since: NOON - 30_000,
  failCount: 3,
  nextTrialAt: NOON + 30_000,
  lastFailure: { kind: 'http_502', at: NOON - 30_000 },
  outOfQuota: true,
  opened: 1,
  states: [{ state: 'open', from: NOON - 30_000 }],
};

const isolated: CircuitOverview = {
  ...times,
  state: 'isolated',
  since: NOON - 60_000,
  failCount: 0,
  isolation: {
    reason: 'Their status page says outage.',
    until: NOON + 840_000,
    by: 'ada@example.org',
    at: NOON - 60_000,
  },
  outOfQuota: false,
  opened: 0,
  states: [],
};

const alert: Overview['alerts']['items'][number] = {
  id: '01JD8Z4Q0M3T5R7V9X1B2C4D6G',
  rule: 'circuit_open',
  subject: 'plant_id',
  severity: 'warning',
  state: 'acknowledged',
  value: 360_000,
  limit: 300_000,
  unit: 'ms',
  since: NOON - 360_000,
  acknowledged: { by: 'ada@example.org', at: NOON - 30_000 },
  runbook: 'circuitopen',
};

export const overview: Overview = {
  at: NOON,
  shared: true,
  instances: { agree: 2, known: 3 },
  answers: { minutes: 15, cached: 9, stale: 4, fresh: 2, retry: 1 },
  circuits: { plant_id: open, plantnet: isolated },
  minutes: { plant_id: [minute], plantnet: [] },
  quantiles: { plant_id: { p50Ms: 900, p95Ms: 2100, p99Ms: 2100 }, plantnet: {} },
  urgency: {
    answer: 'not_yet',
    wakesAt: NOON + 240_000,
    checks: [{ name: 'answered', ok: true, value: 0.94, limit: 0.5 }],
    because: { rule: 'circuit_stuck_open', subject: 'plant_id', value: 360_000, since: NOON - 360_000 },
  },
  alerts: { items: [alert], webhook: { lastStatus: 200, lastAt: NOON - 60_000, waiting: 0 } },
  cache: {
    memory: 6,
    redis: 2,
    miss: 4,
    stale: 1,
    savedCalls: 9,
    savedCredits: 16,
    usualCredits: 2,
    creditCost: 0.029,
  },
  limits: {
    rows: [
      {
        tier: 'free',
        configured: { count: 100, windowMs: 3_600_000 },
        inForce: { count: 50, windowMs: 3_600_000 },
        refused: 7,
        refusedByPeriod: [4, 3],
      },
    ],
    periods: [NOON - 600_000, NOON - 300_000],
    factor: 0.5,
  },
  leases: {
    held: [
      { provider: 'plant_id', photo: '7f3c9a01', owner: 'plant_id-web-1-17-123', since: NOON - 3_000, waiting: 4 },
    ],
    waitP95Ms: 12,
    timeouts: 1,
  },
  jobs: [
    {
      name: 'report-quota-use',
      runs: [
        { startedAt: NOON - 120_000, end: { at: NOON - 118_500, outcome: 'failed', report: 'The database is down' } },
        { startedAt: NOON - 60_000, end: { at: NOON - 59_500, outcome: 'lost', report: 'The process has died.' } },
        { startedAt: NOON - 1_000 },
      ],
      failures: 2,
      waiting: 3,
    },
    { name: 'delete-old-rows', runs: [], nextAt: NOON, failures: 0 },
  ],
  quotas: {
    rows: [
      {
        provider: 'plant_id',
        window: 'month',
        used: 800,
        limit: 1_000,
        resetsAt: Date.UTC(2026, 3, 1),
        reportedAt: NOON - 3_600_000,
        exhaustedAt: NOON + 86_400_000,
        days: [{ day: '2026-03-01', count: 70 }],
      },
    ],
  },
  legacy: {
    sunsetAt: Date.UTC(2027, 6, 1),
    rows: [
      { path: '/api/plant-identification/identify', client: 'okhttp/4.12', today: 12 },
      { path: '/api/auth/me', client: 'anna', email: 'anna@example.org', today: 3 },
    ],
  },
  dependencies: {
    redis: { state: 'read_only', reason: "READONLY You can't write against a read only replica." },
    database: {
      isUp: true,
      latencyMs: 0.8,
      inUse: 3,
      size: 10,
      waiting: 1,
      slowest: { durationMs: 840, statement: 'SELECT … FROM Photo WHERE id = $1' },
    },
    photoStore: { isUp: true, freeBytes: 4_096, orphans: 2 },
    decoder: { running: 1, waiting: 5, size: 2 },
  },
  audit: [auditRecord],
};

/** The account of a user. */
export const annasAccount: AccountDetails = {
  userId: 'anna',
  email: 'anna@example.org',
  name: 'Anna',
  role: 'user',
  tier: 'pro',
  createdAt: new Date(NOON - 86_400_000),
  hasPassword: true,
  services: ['github'],
  sessions: { browsers: 2, apps: 1 },
  apiKeys: 3,
  identifications: 41,
  signInLink: { link: 'unused', until: new Date(NOON + 3_600_000) },
};

/** User operations that all do the same, such as fail. */
export function everyUserOperation(work: () => Promise<never>): UserOperations {
  return {
    list: work,
    get: work,
    setTier: work,
    setRole: work,
    disable: work,
    enable: work,
    makeSignInLink: work,
    findSignInLink: work,
    useSignInLink: work,
  };
}

const users: UserOperations = {
  list: async () => ({ accounts: [annasAccount], total: 1 }),
  get: async () => annasAccount,
  setTier: async () => annasAccount,
  setRole: async () => annasAccount,
  disable: async () => annasAccount,
  enable: async () => annasAccount,
  makeSignInLink: async () => ({ token: 'secret', expiresAt: new Date(NOON + 3_600_000), user: annasAccount }),
  findSignInLink: async () => ({ userId: 'anna', email: annasAccount.email, expiresAt: new Date(NOON + 3_600_000) }),
  useSignInLink: async () => ({ email: annasAccount.email }),
};

/** Creates operations whose answers a test can set. */
export function fakeOperations({
  users: userOptions,
  ...options
}: Omit<Partial<Operations>, 'users'> & { users?: Partial<UserOperations> } = {}): Operations {
  return {
    users: { ...users, ...userOptions },
    isolateProvider: async () => undefined,
    releaseProvider: async () => undefined,
    resetProvider: async () => undefined,
    watchAlertsSoon: () => undefined,
    overview: async () => overview,
    async *watchOverview() {
      yield { type: 'whole', overview };
    },
    alerts: async () => overview.alerts,
    acknowledgeAlert: async () => undefined,
    countLegacyCall: () => undefined,
    countRefusal: () => undefined,
    audit: async () => ({ entries: [auditRecord] }),
    start: async () => undefined,
    close: async () => undefined,
    ...options,
  };
}
