import { describe, expect, it } from 'vitest';
import { AbandonedCallError } from '../errors.ts';
import { ProviderError, type ProviderErrorKind } from '../provider.ts';
import { ExchangeFault, type ExchangeFaultCode } from '../providers/exchange-fault.ts';
import { callVerdict } from './call-verdict.ts';

const answered = (kind: ProviderErrorKind, status: number) => new ProviderError('plant_id', kind, 'No.', { status });
const broken = (code: ExchangeFaultCode, message = 'No.') =>
  new ProviderError('plant_id', 'failed', 'No.', { cause: new ExchangeFault(code, message) });

describe('whether the provider counts a call that failed', () => {
  it.each([
    ['a key that is refused', answered('misconfigured', 401), 'given_back', 'given_back'],
    ['an address that is refused', answered('misconfigured', 403), 'given_back', 'given_back'],
    ['want of credits', answered('quota', 429), 'given_back', 'given_back'],
    ['a refused photo', answered('rejected', 400), 'given_back', 'counted'],
    ['an unknown project', answered('rejected', 404), 'given_back', 'counted'],
    ['a service that is down', answered('failed', 503), 'given_back', 'counted'],
    ['a gateway that lost the service', answered('failed', 502), 'in_doubt', 'counted'],
    ['a gateway that waited in vain', answered('failed', 504), 'in_doubt', 'counted'],
    ['one that says so in its own way', answered('failed', 524), 'in_doubt', 'counted'],
    ['nobody who listens', broken('connection', 'ECONNREFUSED'), 'given_back', 'given_back'],
    ['an unknown name', broken('connection', 'ENOTFOUND'), 'given_back', 'given_back'],
    ['a connection that is cut', broken('connection', 'ECONNRESET'), 'in_doubt', 'in_doubt'],
    ['a connection that ends', broken('connection', 'no connection'), 'in_doubt', 'in_doubt'],
    ['a redirect', broken('redirect'), 'in_doubt', 'in_doubt'],
    ['an answer that is no JSON', broken('malformed'), 'counted', 'counted'],
    ['an answer of another shape', broken('off_contract'), 'counted', 'counted'],
    ['too long an answer', broken('oversized'), 'counted', 'counted'],
    ['no answer in time', new ProviderError('plant_id', 'timeout', 'No.'), 'in_doubt', 'in_doubt'],
    ['no request that waits for it', new AbandonedCallError(), 'given_back', 'given_back'],
    ['the end of the process', new DOMException('closing', 'AbortError'), 'in_doubt', 'in_doubt'],
  ])('%s', (_, error, plantId, plantNet) => {
    expect([callVerdict('plant_id', error), callVerdict('plantnet', error)]).toEqual([plantId, plantNet]);
  });
});
