import { BulkheadFullError, CircuitRejectedError } from '@plantcommunity/resilience';
import { describe, expect, it } from 'vitest';
import { AbandonedCallError, IdentificationError } from '../errors.ts';
import {
  callOutcomeOf,
  circuitOutcomeOf,
  ExchangeError,
  type ExchangeErrorCode,
  failureLabel,
  ProviderError,
  type ProviderErrorType,
  settlementOf,
  unavailableReasonOf,
} from './provider-error.ts';

const failed = (options: { status?: number; cause?: unknown } = {}) =>
  new ProviderError('plant_id', 'failed', 'as scripted', options);
const answered = (type: ProviderErrorType, status: number) => new ProviderError('plant_id', type, 'No.', { status });
const broken = (code: ExchangeErrorCode, message = 'No.') => failed({ cause: new ExchangeError(code, message) });
const aborted = new DOMException('closing', 'AbortError');

describe('an error of a provider', () => {
  it.each([
    ['failed', 'failure', 'failed', { status: 'failed', code: 'providers_resting' }],
    ['timeout', 'failure', 'timeout', { status: 'timeout', code: 'providers_resting' }],
    ['rejected', 'success', 'ok', { status: 'failed', code: 'providers_resting', rejected: 'image' }],
    ['quota', 'ignored', 'failed', { status: 'quota', code: 'quota_exhausted', retryAfterMs: 7 }],
    ['misconfigured', 'ignored', 'failed', { status: 'misconfigured', code: 'providers_resting' }],
  ] as const)('of type %s is a %s to the circuit and %s to operators', (type, circuit, operator, caller) => {
    const rejected = type === 'rejected' ? 'image' : undefined;
    const error = new ProviderError('plant_id', type, 'No.', { retryAfterMs: 7, rejected });
    expect({
      circuit: circuitOutcomeOf(error),
      operator: callOutcomeOf(error),
      caller: unavailableReasonOf(error),
    }).toEqual({ circuit, operator, caller });
  });
});

describe('a call that was not sent', () => {
  it.each([
    [
      'an open circuit',
      new CircuitRejectedError('plant_id', 'open', 7),
      'refused',
      { status: 'resting', retryAfterMs: 7 },
    ],
    ['an isolated circuit', new CircuitRejectedError('plant_id', 'isolated', 7), 'isolated', { status: 'resting' }],
    ['a full bulkhead', new BulkheadFullError(3), 'held_back', { status: 'busy', code: 'busy' }],
    [
      'a quota that is used up',
      new IdentificationError('quota_exhausted', 'No.', { retryAfterMs: 7 }),
      'held_back',
      { status: 'quota', code: 'quota_exhausted', retryAfterMs: 7 },
    ],
    ['a photo queue that is full', new IdentificationError('busy', 'No.'), 'failed', { status: 'busy', code: 'busy' }],
  ] as const)('because of %s says nothing about the service', (_, error, operator, caller) => {
    expect(circuitOutcomeOf(error)).toBe('ignored');
    expect(callOutcomeOf(error)).toBe(operator);
    expect(unavailableReasonOf(error)).toMatchObject(caller);
  });

  it.each([
    ['an abandoned call', new AbandonedCallError(), 'held_back'],
    ['the end of the process', aborted, 'failed'],
  ])('is no reason to tell callers for %s', (_, error, operator) => {
    expect(circuitOutcomeOf(error)).toBe('ignored');
    expect(callOutcomeOf(error)).toBe(operator);
    expect(unavailableReasonOf(error)).toBeUndefined();
  });
});

describe('the settlement of a call that failed', () => {
  it.each([
    ['a rejected key', answered('misconfigured', 401), 'released', 'released'],
    ['a rejected address', answered('misconfigured', 403), 'released', 'released'],
    ['missing credits', answered('quota', 429), 'released', 'released'],
    ['a rejected photo', answered('rejected', 400), 'released', 'counted'],
    ['an unknown project', answered('rejected', 404), 'released', 'counted'],
    ['a service that is down', answered('failed', 503), 'released', 'counted'],
    ['a gateway that lost the service', answered('failed', 502), 'unknown', 'counted'],
    ['a gateway that timed out', answered('failed', 504), 'unknown', 'counted'],
    ['a gateway with a status of its own', answered('failed', 524), 'unknown', 'counted'],
    ['a refused connection', broken('connection', 'ECONNREFUSED'), 'released', 'released'],
    ['an unknown host name', broken('connection', 'ENOTFOUND'), 'released', 'released'],
    ['a reset connection', broken('connection', 'ECONNRESET'), 'unknown', 'unknown'],
    ['a closed connection', broken('connection', 'no connection'), 'unknown', 'unknown'],
    ['a redirect', broken('redirect'), 'unknown', 'unknown'],
    ['an answer that is not JSON', broken('malformed'), 'counted', 'counted'],
    ['an answer of another shape', broken('off_contract'), 'counted', 'counted'],
    ['an answer that is too long', broken('oversized'), 'counted', 'counted'],
    ['a timeout', new ProviderError('plant_id', 'timeout', 'No.'), 'unknown', 'unknown'],
    ['an abandoned call', new AbandonedCallError(), 'released', 'released'],
    ['the end of the process', aborted, 'unknown', 'unknown'],
  ])('by %s depends on whether error answers are billed', (_, error, unbilled, billed) => {
    expect({ unbilled: settlementOf(error, false), billed: settlementOf(error, true) }).toEqual({ unbilled, billed });
  });
});

describe('the label of a failure', () => {
  it.each([
    ['timeout', new ProviderError('plantnet', 'timeout', 'no answer within 20000 ms')],
    ['http_502', failed({ status: 502 })],
    ['connection', failed({ cause: ExchangeError.fromConnectionError(new Error('refused')) })],
    ['malformed', broken('malformed')],
    ['off_contract', broken('off_contract')],
    ['other', failed()],
    ['other', new TypeError('not an error of the provider')],
  ])('is %s', (label, error) => {
    expect(failureLabel(error)).toBe(label);
  });
});
