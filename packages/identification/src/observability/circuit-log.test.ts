import { type CircuitEvent, createCircuit } from '@plantcommunity/resilience';
import { FakeClock } from '@plantcommunity/resilience/testing';
import { createLogger } from '@plantcommunity/telemetry';
import { describe, expect, it } from 'vitest';
import { circuitOutcomeOf, ExchangeError, ProviderError } from '../providers/provider-error.ts';
import { PROVIDER_NAMES, type ProviderName } from '../types.ts';
import { createCircuitLog, logCircuitState } from './circuit-log.ts';
import { KEPT_CIRCUIT_LINES, keptLineOf } from './testing/kept-lines.ts';

/** What the log writes is kept in `written`, level in front. */
function logging(provider: ProviderName, clock = new FakeClock()) {
  const written: string[] = [];
  const write = (line: string) => {
    const { level, msg, suppressed } = JSON.parse(line) as { level: string; msg: string; suppressed?: number };
    written.push(`${level} ${msg}${suppressed === undefined ? '' : ` (suppressed=${suppressed})`}`);
  };
  const logger = createLogger({ level: 'debug', destination: { write } });
  return { log: createCircuitLog(provider, logger, clock), logger, written };
}

function lines(provider: ProviderName, ...events: CircuitEvent[]): string[] {
  const { log, written } = logging(provider);
  for (const event of events) log(event);
  return written;
}

const faulty = (provider: ProviderName, cause: ExchangeError) =>
  new ProviderError(provider, 'failed', `${cause.code}: ${cause.message}`, { cause });

/** Plant.id's circuit with the settings it has unless others are given. */
function plantIdCircuit() {
  const clock = new FakeClock();
  const { log, logger, written } = logging('plant_id', clock);
  const circuit = createCircuit({
    name: 'plant_id',
    failMax: 3,
    resetTimeoutMs: 60_000,
    maxResetTimeoutMs: 300_000,
    successThreshold: 2,
    trialPermits: 2,
    classify: circuitOutcomeOf,
    clock,
    random: () => 0,
  });
  circuit.subscribe(log);
  const stop = logCircuitState('plant_id', circuit, logger, clock);
  const timeout = new ProviderError('plant_id', 'timeout', 'no answer within 35000 ms');
  return {
    circuit,
    clock,
    written,
    stop,
    answer: () => circuit.execute(async () => 'an answer'),
    fail: () => circuit.execute(() => Promise.reject(timeout)).catch(() => undefined),
  };
}

describe('the circuit log', () => {
  it('has every kept line, and no other, of a circuit that opens, fails a trial, is stuck open and recovers', async () => {
    const { answer, clock, fail, written } = plantIdCircuit();
    await answer();
    for (let n = 0; n < 3; n += 1) await fail();
    await fail();
    clock.advance(60_000);
    await fail();
    clock.advance(120_000);
    await answer();
    clock.advance(425_234);
    await answer();
    expect(written.filter((line) => !line.includes('[METRICS]'))).toEqual([
      'info [CIRCUIT] Initialized circuit breaker for plant_id_api (fail_max=3, reset_timeout=60s)',
      'debug [CIRCUIT] plant_id_api call SUCCESS',
      'error [CIRCUIT] plant_id_api call FAILED - timeout: no answer within 35000 ms (fail_count=1/3)',
      'error [CIRCUIT] plant_id_api call FAILED - timeout: no answer within 35000 ms (fail_count=2/3)',
      'warn [CIRCUIT] plant_id_api WARNING - One more failure will open circuit',
      'error [CIRCUIT] plant_id_api call FAILED - timeout: no answer within 35000 ms (fail_count=3/3)',
      'warn [CIRCUIT] plant_id_api state transition: CLOSED → OPEN (fail_count=3)',
      'error [CIRCUIT] plant_id_api circuit OPENED - API calls blocked for 60s',
      'warn [CIRCUIT] plant_id_api call BLOCKED - Circuit is OPEN, fast-failing without API call',
      'error [CIRCUIT] Plant.id circuit is OPEN - fast failing',
      'warn [CIRCUIT] plant_id_api state transition: OPEN → HALF-OPEN',
      'info [CIRCUIT] plant_id_api entering HALF-OPEN state - Testing service recovery',
      'error [CIRCUIT] plant_id_api call FAILED - timeout: no answer within 35000 ms (fail_count=3/3)',
      'warn [CIRCUIT] plant_id_api state transition: HALF-OPEN → OPEN',
      'error [CIRCUIT] plant_id_api circuit OPENED - API calls blocked for 120s',
      'warn [CIRCUIT] plant_id_api state transition: OPEN → HALF-OPEN',
      'info [CIRCUIT] plant_id_api entering HALF-OPEN state - Testing service recovery',
      'debug [CIRCUIT] plant_id_api call SUCCESS',
      'info [CIRCUIT] plant_id_api recovery test SUCCESS (1 / 2 required)',
      'fatal [CIRCUIT] plant_id_api Circuit stuck open for > 10 minutes',
      'debug [CIRCUIT] plant_id_api call SUCCESS',
      'info [CIRCUIT] plant_id_api recovery test SUCCESS (2 / 2 required)',
      'warn [CIRCUIT] plant_id_api state transition: HALF-OPEN → CLOSED',
      'info [CIRCUIT] plant_id_api circuit CLOSED - Service recovered after 605.2s downtime',
    ]);
    expect(new Set(written.map(keptLineOf))).toEqual(new Set(KEPT_CIRCUIT_LINES));
  });

  it('logs the state once a minute while the circuit is not closed', async () => {
    const { answer, circuit, clock, fail, stop, written } = plantIdCircuit();
    const states = (ms: number) => {
      written.length = 0;
      clock.advance(ms);
      return written.filter((line) => line.includes('[METRICS]'));
    };
    const line = (state: string, failures: number) =>
      `info [METRICS] Circuit Breaker: plant_id_api | State: ${state} | Failures: ${failures}`;
    expect(states(600_000)).toEqual([]);
    for (let n = 0; n < 3; n += 1) await fail();
    expect(states(59_999)).toEqual([]);
    expect(states(120_001)).toEqual(Array.from({ length: 3 }, () => line('OPEN', 3)));
    await answer();
    expect(states(60_000)).toEqual([line('HALF-OPEN', 3)]);
    await answer();
    expect(states(600_000)).toEqual([]);
    await circuit.isolate('Their status page says outage.');
    expect(states(60_000)).toEqual([line('ISOLATED', 0)]);
    stop();
    expect(states(600_000)).toEqual([]);
    expect(clock.pendingTimers).toBe(0);
  });

  it('logs rejected calls once a second and counts the rest', () => {
    const clock = new FakeClock();
    const { log, written } = logging('plant_id', clock);
    const reject = (calls: number) => {
      for (let n = 0; n < calls; n += 1) log({ type: 'rejected', state: 'open' });
    };
    reject(3);
    clock.advance(999);
    reject(2);
    clock.advance(1_001);
    reject(1);
    clock.advance(10_000);
    reject(1);

    const blocked = 'warn [CIRCUIT] plant_id_api call BLOCKED - Circuit is OPEN, fast-failing without API call';
    const open = 'error [CIRCUIT] Plant.id circuit is OPEN - fast failing';
    expect(written).toEqual([
      blocked,
      open,
      `${blocked} (suppressed=3)`,
      `${open} (suppressed=3)`,
      blocked,
      open,
      blocked,
      open,
    ]);
  });

  it('has the overrides of operators with their reasons', () => {
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

  it.each([
    ['65.0s', 65_000],
    ['65.2s', 65_234],
    ['0.0s', 0],
    ['0.0s', -1],
    ['60.0s', 59_960],
    ['3600.0s', 3_600_000],
    ['86400.1s', 86_400_100.4],
  ])('formats a downtime of %s with one decimal', (text, downMs) => {
    expect(lines('plantnet', { type: 'closed', downMs }).at(-1)).toBe(
      `info [CIRCUIT] plantnet_api circuit CLOSED - Service recovered after ${text} downtime`,
    );
  });

  it.each<[ProviderName, string, ProviderError]>(
    PROVIDER_NAMES.flatMap((provider) => [
      [
        provider,
        'timeout: no answer within 20000 ms',
        new ProviderError(provider, 'timeout', 'no answer within 20000 ms'),
      ],
      [
        provider,
        'http_502: HTTP 502: Bad Gateway',
        new ProviderError(provider, 'failed', 'HTTP 502: Bad Gateway', { status: 502 }),
      ],
      [provider, 'http_408: HTTP 408', new ProviderError(provider, 'failed', 'HTTP 408', { status: 408 })],
      [
        provider,
        'connection: ECONNREFUSED',
        faulty(provider, ExchangeError.fromConnectionError(Object.assign(new Error(), { code: 'ECONNREFUSED' }))),
      ],
      [
        provider,
        'connection: no connection',
        faulty(provider, ExchangeError.fromConnectionError(new TypeError('terminated'))),
      ],
      [provider, 'redirect: answered 302', faulty(provider, new ExchangeError('redirect', 'answered 302'))],
      [
        provider,
        'malformed: the answer is not JSON',
        faulty(provider, new ExchangeError('malformed', 'the answer is not JSON')),
      ],
      [
        provider,
        'off_contract: result.classification',
        faulty(provider, new ExchangeError('off_contract', 'result.classification')),
      ],
      [provider, 'other: no reason', new ProviderError(provider, 'failed', 'no reason')],
    ]),
  )('names the class of a failed call of %s: %s', (provider, text, error) => {
    expect(lines(provider, { type: 'call_failed', error, failCount: 1, failMax: 5 })).toEqual([
      `error [CIRCUIT] ${provider}_api call FAILED - ${text} (fail_count=1/5)`,
    ]);
  });

  it('redacts a key in the message of a provider before cutting it', () => {
    const message = `HTTP 500: ${'x'.repeat(60)} api-key=${'s3cr3t'.repeat(20)}`;
    const error = new ProviderError('plantnet', 'failed', message, { status: 500 });
    const [line] = lines('plantnet', { type: 'call_failed', error, failCount: 1, failMax: 5 });
    expect(line).toMatch(
      /^error \[CIRCUIT\] plantnet_api call FAILED - http_500: HTTP 500: x{60} api-key=\[redacted\]/,
    );
    expect(line).not.toContain('s3cr3t');
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
