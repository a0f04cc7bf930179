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
    { type: 'failed', circuit: 'failure', operator: 'failed', caller: { status: 'failed', code: 'providers_resting' } },
    {
      type: 'timeout',
      circuit: 'failure',
      operator: 'timeout',
      caller: { status: 'timeout', code: 'providers_resting' },
    },
    {
      type: 'rejected',
      circuit: 'success',
      operator: 'ok',
      caller: { status: 'failed', code: 'providers_resting', rejected: 'image' },
    },
    {
      type: 'quota',
      circuit: 'ignored',
      operator: 'failed',
      caller: { status: 'quota', code: 'quota_exhausted', retryAfterMs: 7 },
    },
    {
      type: 'misconfigured',
      circuit: 'ignored',
      operator: 'failed',
      caller: { status: 'misconfigured', code: 'providers_resting' },
    },
  ] as const)(
    'of type $type is a $circuit to the circuit and $operator to operators',
    ({ type, circuit, operator, caller }) => {
      const rejected = type === 'rejected' ? 'image' : undefined;
      const error = new ProviderError('plant_id', type, 'No.', { retryAfterMs: 7, rejected });
      expect({
        circuit: circuitOutcomeOf(error),
        operator: callOutcomeOf(error),
        caller: unavailableReasonOf(error),
      }).toEqual({ circuit, operator, caller });
    },
  );
});

describe('a call that was not sent', () => {
  it.each([
    {
      name: 'an open circuit',
      error: new CircuitRejectedError('plant_id', 'open', 7),
      operator: 'refused',
      caller: { status: 'resting', retryAfterMs: 7 },
    },
    {
      name: 'an isolated circuit',
      error: new CircuitRejectedError('plant_id', 'isolated', 7),
      operator: 'isolated',
      caller: { status: 'resting' },
    },
    {
      name: 'a full bulkhead',
      error: new BulkheadFullError(3),
      operator: 'held_back',
      caller: { status: 'busy', code: 'busy' },
    },
    {
      name: 'a quota that is used up',
      error: new IdentificationError('quota_exhausted', 'No.', { retryAfterMs: 7 }),
      operator: 'held_back',
      caller: { status: 'quota', code: 'quota_exhausted', retryAfterMs: 7 },
    },
    {
      name: 'a photo queue that is full',
      error: new IdentificationError('busy', 'No.'),
      operator: 'failed',
      caller: { status: 'busy', code: 'busy' },
    },
  ] as const)('because of $name says nothing about the service', ({ error, operator, caller }) => {
    expect(circuitOutcomeOf(error)).toBe('ignored');
    expect(callOutcomeOf(error)).toBe(operator);
    expect(unavailableReasonOf(error)).toMatchObject(caller);
  });

  it.each([
    { name: 'an abandoned call', error: new AbandonedCallError(), operator: 'held_back' },
    { name: 'the end of the process', error: aborted, operator: 'failed' },
  ])('is no reason to tell callers for $name', ({ error, operator }) => {
    expect(circuitOutcomeOf(error)).toBe('ignored');
    expect(callOutcomeOf(error)).toBe(operator);
    expect(unavailableReasonOf(error)).toBeUndefined();
  });
});

describe('the settlement of a call that failed', () => {
  it.each([
    { name: 'a rejected key', error: answered('misconfigured', 401), unbilled: 'released', billed: 'released' },
    { name: 'a rejected address', error: answered('misconfigured', 403), unbilled: 'released', billed: 'released' },
    { name: 'missing credits', error: answered('quota', 429), unbilled: 'released', billed: 'released' },
    { name: 'a rejected photo', error: answered('rejected', 400), unbilled: 'released', billed: 'counted' },
    { name: 'an unknown project', error: answered('rejected', 404), unbilled: 'released', billed: 'counted' },
    { name: 'a service that is down', error: answered('failed', 503), unbilled: 'released', billed: 'counted' },
    { name: 'a gateway that lost the service', error: answered('failed', 502), unbilled: 'unknown', billed: 'counted' },
    { name: 'a gateway that timed out', error: answered('failed', 504), unbilled: 'unknown', billed: 'counted' },
    {
      name: 'a gateway with a status of its own',
      error: answered('failed', 524),
      unbilled: 'unknown',
      billed: 'counted',
    },
    {
      name: 'a refused connection',
      error: broken('connection', 'ECONNREFUSED'),
      unbilled: 'released',
      billed: 'released',
    },
    {
      name: 'an unknown host name',
      error: broken('connection', 'ENOTFOUND'),
      unbilled: 'released',
      billed: 'released',
    },
    { name: 'a reset connection', error: broken('connection', 'ECONNRESET'), unbilled: 'unknown', billed: 'unknown' },
    {
      name: 'a closed connection',
      error: broken('connection', 'no connection'),
      unbilled: 'unknown',
      billed: 'unknown',
    },
    { name: 'a redirect', error: broken('redirect'), unbilled: 'unknown', billed: 'unknown' },
    { name: 'an answer that is not JSON', error: broken('malformed'), unbilled: 'counted', billed: 'counted' },
    { name: 'an answer of another shape', error: broken('off_contract'), unbilled: 'counted', billed: 'counted' },
    { name: 'an answer that is too long', error: broken('oversized'), unbilled: 'counted', billed: 'counted' },
    {
      name: 'a timeout',
      error: new ProviderError('plant_id', 'timeout', 'No.'),
      unbilled: 'unknown',
      billed: 'unknown',
    },
    { name: 'an abandoned call', error: new AbandonedCallError(), unbilled: 'released', billed: 'released' },
    { name: 'the end of the process', error: aborted, unbilled: 'unknown', billed: 'unknown' },
  ])('by $name depends on whether error answers are billed', ({ error, unbilled, billed }) => {
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
