import type { CircuitEvent } from '@plantcommunity/resilience';
import { createLogger } from '@plantcommunity/telemetry';
import { describe, expect, it } from 'vitest';
import type { ProviderName } from '../provider.ts';
import { circuitLog } from './circuit-log.ts';

function lines(provider: ProviderName, ...events: CircuitEvent[]): string[] {
  const written: string[] = [];
  const logger = createLogger({ level: 'debug', destination: { write: (line) => written.push(line) } });
  const log = circuitLog(provider, logger);
  for (const event of events) log(event);
  return written.map((line) => {
    const { level, msg } = JSON.parse(line) as { level: string; msg: string };
    return `${level} ${msg}`;
  });
}

describe('circuitLog', () => {
  it('keeps the wording and level of every line', () => {
    expect(
      lines(
        'plant_id',
        { type: 'initialized', failMax: 3, resetTimeoutMs: 60_000 },
        { type: 'call_succeeded' },
        { type: 'call_failed', error: new TypeError('no route'), failCount: 2, failMax: 3 },
        { type: 'opened', failCount: 3, resetTimeoutMs: 60_000 },
        { type: 'rejected', state: 'open', retryAfterMs: 1_000 },
        { type: 'half_opened' },
        { type: 'trial_succeeded', successes: 1, required: 2 },
        { type: 'closed', downMs: 65_234 },
        { type: 'reopened', resetTimeoutMs: 120_000 },
        { type: 'stuck_open', downMs: 600_000 },
      ),
    ).toEqual([
      'info [CIRCUIT] Initialized circuit breaker for plant_id_api (fail_max=3, reset_timeout=60s)',
      'debug [CIRCUIT] plant_id_api call SUCCESS',
      'error [CIRCUIT] plant_id_api call FAILED - TypeError: no route (fail_count=2/3)',
      'warn [CIRCUIT] plant_id_api WARNING - One more failure will open circuit',
      'warn [CIRCUIT] plant_id_api state transition: CLOSED → OPEN (fail_count=3)',
      'error [CIRCUIT] plant_id_api circuit OPENED - API calls blocked for 60s',
      'warn [CIRCUIT] plant_id_api call BLOCKED - Circuit is OPEN, fast-failing without API call',
      'error [CIRCUIT] Plant.id circuit is OPEN - fast failing',
      'warn [CIRCUIT] plant_id_api state transition: OPEN → HALF-OPEN',
      'info [CIRCUIT] plant_id_api entering HALF-OPEN state - Testing service recovery',
      'info [CIRCUIT] plant_id_api recovery test SUCCESS (1 / 2 required)',
      'warn [CIRCUIT] plant_id_api state transition: HALF-OPEN → CLOSED',
      'info [CIRCUIT] plant_id_api circuit CLOSED - Service recovered after 65.2s downtime',
      'warn [CIRCUIT] plant_id_api state transition: HALF-OPEN → OPEN',
      'error [CIRCUIT] plant_id_api circuit OPENED - API calls blocked for 120s',
      'fatal [CIRCUIT] plant_id_api Circuit stuck open for > 10 minutes',
    ]);
  });

  it('says what operators ordered, and why', () => {
    expect(
      lines(
        'plantnet',
        { type: 'isolated', reason: 'maintenance', until: Date.UTC(2026, 0, 1, 12) },
        { type: 'isolated', reason: 'a wrong answer to every photo' },
        { type: 'released', reason: 'their page is green' },
        { type: 'released' },
        { type: 'reset', reason: 'they fixed it' },
        { type: 'redis_failed', error: new TypeError('a foreign state') },
      ),
    ).toEqual([
      'warn [CIRCUIT] plantnet_api circuit ISOLATED until 2026-01-01T12:00:00.000Z - maintenance',
      'warn [CIRCUIT] plantnet_api circuit ISOLATED - a wrong answer to every photo',
      'warn [CIRCUIT] plantnet_api circuit RELEASED - their page is green',
      'warn [CIRCUIT] plantnet_api circuit RELEASED - its isolation is over',
      'warn [CIRCUIT] plantnet_api circuit RESET - they fixed it',
      'error [CIRCUIT] plantnet_api is not shared: Redis failed - TypeError: a foreign state',
    ]);
  });

  it('redacts a key in a message before cutting it', () => {
    const error = new Error(
      `fetch failed for https://my-api.plantnet.org/v2/identify/all?lang=en&api-key=${'s3cr3t'.repeat(20)}`,
    );
    const [line] = lines('plantnet', { type: 'call_failed', error, failCount: 1, failMax: 5 });
    expect(line).toMatch(/^error \[CIRCUIT\] plantnet_api call FAILED - Error: fetch failed/);
    expect(line).not.toContain('s3cr3t');
  });
});
