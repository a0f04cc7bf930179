/**
 * The `[LOCK]` and `[CACHE]` lines that operators of the replaced system match on, level in front. Braces stand for
 * what differs from line to line.
 */
export const KEPT_LINES = [
  'info [LOCK] Redis connection verified for distributed locks',
  'warn [LOCK] Redis not available for distributed locks: {reason}',
  'info [LOCK] Attempting lock for {h}... (id: {id})',
  'info [LOCK] Lock acquired for {h}... after {ms}ms (id: {id})',
  'debug [LOCK] Lock holder: {id}',
  'info [LOCK] Calling Plant.id API for {h}...',
  'info [LOCK] Cache populated by another process for {h}... (skipping API call)',
  'info [LOCK] Lock timeout resolved - cache populated by another process (skipping API call)',
  'warn [LOCK] Lock acquisition timed out after {s}s (proceeding without lock - cache stampede risk)',
  'info [LOCK] Released lock for {h}... (id: {id})',
  'warn [LOCK] Redis unavailable - skipping lock (cache stampede possible)',
  'info [CACHE] HIT for {h}... (instant)',
  'info [CACHE] MISS for {h}... (acquiring lock)',
  'info [CACHE] HIT after lock for {h}...',
  'info [CACHE] COMPUTING {h}...',
  'info [CACHE] Last-chance hit for {h}...',
  'info [CACHE] Calling API for {h}... (no lock)',
  'info [CACHE] Early recompute for {h}...',
  'warn [CACHE] Redis unavailable: {reason}',
  'warn [CACHE] Could not cache key: {key}',
] as const;

/** The `[CIRCUIT]` and `[METRICS]` lines, likewise, of Plant.id's circuit. */
export const KEPT_CIRCUIT_LINES = [
  'info [CIRCUIT] Initialized circuit breaker for {c} (fail_max={n}, reset_timeout={s}s)',
  'debug [CIRCUIT] {c} call SUCCESS',
  'error [CIRCUIT] {c} call FAILED - {class}: {message} (fail_count={n}/{n})',
  'warn [CIRCUIT] {c} WARNING - One more failure will open circuit',
  'warn [CIRCUIT] {c} state transition: CLOSED → OPEN (fail_count={n})',
  'warn [CIRCUIT] {c} state transition: OPEN → HALF-OPEN',
  'warn [CIRCUIT] {c} state transition: HALF-OPEN → CLOSED',
  'warn [CIRCUIT] {c} state transition: HALF-OPEN → OPEN',
  'error [CIRCUIT] {c} circuit OPENED - API calls blocked for {s}s',
  'warn [CIRCUIT] {c} call BLOCKED - Circuit is OPEN, fast-failing without API call',
  'info [CIRCUIT] {c} entering HALF-OPEN state - Testing service recovery',
  'info [CIRCUIT] {c} recovery test SUCCESS ({n} / {n} required)',
  'info [CIRCUIT] {c} circuit CLOSED - Service recovered after {s1}s downtime',
  'error [CIRCUIT] Plant.id circuit is OPEN - fast failing',
  'fatal [CIRCUIT] {c} Circuit stuck open for > 10 minutes',
  'info [METRICS] Circuit Breaker: {c} | State: {state} | Failures: {n}',
] as const;

/** The lines, likewise, of a request that Plant.id answers. */
export const KEPT_REQUEST_LINES = [
  'info [UPLOAD] Magic bytes validation: {format}',
  'info [PERF] Plant.id identification successful in {seconds}',
] as const;

const FORMS: Readonly<Record<string, string>> = {
  reason: '.+',
  h: '[0-9a-f]{8}',
  id: 'plant_id-.+-\\d+-\\d+',
  ms: '\\d+',
  s: '\\d+(?:\\.\\d+)?',
  s1: '\\d+\\.\\d',
  c: 'plant_id_api',
  n: '\\d+',
  class: '[a-z0-9_]+',
  message: '.{1,100}',
  key: 'plant_id:[0-9a-f]{8}:[0-9a-f]{64}',
  state: '(?:OPEN|HALF-OPEN|ISOLATED)',
  format: 'image/(?:jpeg|png|webp|gif)',
  seconds: '\\d+\\.\\d\\ds',
};

function formOf(line: string): RegExp {
  const literal = line.replace(/[.()[\]|]/g, String.raw`\$&`);
  return new RegExp(`^${literal.replace(/\{(\w+)\}/g, (_, name: string) => FORMS[name] ?? name)}$`);
}

const forms = [...KEPT_LINES, ...KEPT_CIRCUIT_LINES, ...KEPT_REQUEST_LINES].map((line) => ({
  line,
  form: formOf(line),
}));

/** The kept line that a written one is an instance of. */
export function keptLineOf(written: string): string | undefined {
  return forms.find(({ form }) => form.test(written))?.line;
}
