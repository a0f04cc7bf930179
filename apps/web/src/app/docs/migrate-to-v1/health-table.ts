/** How the state of both circuits becomes the answer of health; the first row that fits decides. */
export const HEALTH_TABLE = [
  { state: 'Database away', status: 'unhealthy', http: 503 },
  { state: 'No circuit closed, none half-open', status: 'unhealthy', http: 503 },
  { state: 'No circuit closed, at least one half-open', status: 'degraded', http: 503 },
  { state: 'Redis away', status: 'degraded', http: 503 },
  {
    state: 'One closed, the other open, half-open, isolated, out of quota or misconfigured',
    status: 'degraded',
    http: 503,
  },
  { state: 'One closed, the other service off because it has no key', status: 'healthy', http: 200 },
  { state: 'Both circuits closed', status: 'healthy', http: 200 },
] as const;

/** How the replaced system made its answer of health from both circuits; the first row that fits decides. */
export const REPLACED_HEALTH_TABLE = [
  { state: 'Both circuits closed', status: 'healthy', http: 200 },
  { state: 'At least one half-open', status: 'degraded', http: 503 },
  { state: 'At least one open, none half-open', status: 'unhealthy', http: 503 },
] as const;

/** The members of the answer of health, under the deprecated path as under its successor. */
export const HEALTH_FIELDS = [
  { name: 'status', meaning: 'healthy, degraded or unhealthy, by the table' },
  { name: 'circuit_state', meaning: 'that of Plant.id, for monitors that read it at the top' },
  { name: 'services.plant_id.available', meaning: 'whether the circuit is closed' },
  {
    name: 'services.plant_id.circuit_state',
    meaning: 'closed, open, half_open, isolated, misconfigured or off; the replaced system had no isolated',
  },
  { name: 'services.plant_id.fail_count', meaning: 'failures in a row and how many open the circuit, such as 0/3' },
  { name: 'services.plantnet.available', meaning: 'as of Plant.id' },
  { name: 'services.plantnet.circuit_state', meaning: 'as of Plant.id' },
  { name: 'services.plantnet.fail_count', meaning: 'as of Plant.id' },
  { name: 'services.redis.available', meaning: 'whether Redis answers and takes writes' },
  { name: 'services.database.available', meaning: 'whether the database answers' },
  { name: 'authentication.mode', meaning: 'development or production' },
  { name: 'authentication.requires_auth', meaning: 'whether identifying needs a sign-in' },
  { name: 'timestamp', meaning: 'when the answer was made, in UTC' },
  { name: 'version', meaning: 'that of the server' },
] as const;

/** The members of an error: those of a deprecated path, and those of v1. */
export const ERROR_FIELDS = {
  before: { upload: ['success', 'error'], other: ['detail'] },
  after: ['type', 'title', 'status', 'detail', 'code', 'requestId', 'errors'],
} as const;
