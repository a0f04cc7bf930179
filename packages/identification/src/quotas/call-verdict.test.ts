import { describe, expect, it } from 'vitest';
import { AbandonedCallError } from '../errors.ts';
import { ExchangeError, type ExchangeErrorCode } from '../providers/exchange-fault.ts';
import { ProviderError, type ProviderErrorType } from '../types.ts';
import { settlementOf } from './call-verdict.ts';

const answered = (type: ProviderErrorType, status: number) => new ProviderError('plant_id', type, 'No.', { status });
const broken = (code: ExchangeErrorCode, message = 'No.') =>
  new ProviderError('plant_id', 'failed', 'No.', { cause: new ExchangeError(code, message) });

describe('whether the provider counts a call that failed', () => {
  it.each([
    ['a key that is refused', answered('misconfigured', 401), 'released', 'released'],
    ['an address that is refused', answered('misconfigured', 403), 'released', 'released'],
    ['want of credits', answered('quota', 429), 'released', 'released'],
    ['a refused photo', answered('rejected', 400), 'released', 'counted'],
    ['an unknown project', answered('rejected', 404), 'released', 'counted'],
    ['a service that is down', answered('failed', 503), 'released', 'counted'],
    ['a gateway that lost the service', answered('failed', 502), 'unknown', 'counted'],
    ['a gateway that waited in vain', answered('failed', 504), 'unknown', 'counted'],
    ['one that says so in its own way', answered('failed', 524), 'unknown', 'counted'],
    ['nobody who listens', broken('connection', 'ECONNREFUSED'), 'released', 'released'],
    ['an unknown name', broken('connection', 'ENOTFOUND'), 'released', 'released'],
    ['a connection that is cut', broken('connection', 'ECONNRESET'), 'unknown', 'unknown'],
    ['a connection that ends', broken('connection', 'no connection'), 'unknown', 'unknown'],
    ['a redirect', broken('redirect'), 'unknown', 'unknown'],
    ['an answer that is no JSON', broken('malformed'), 'counted', 'counted'],
    ['an answer of another shape', broken('off_contract'), 'counted', 'counted'],
    ['too long an answer', broken('oversized'), 'counted', 'counted'],
    ['no answer in time', new ProviderError('plant_id', 'timeout', 'No.'), 'unknown', 'unknown'],
    ['no request that waits for it', new AbandonedCallError(), 'released', 'released'],
    ['the end of the process', new DOMException('closing', 'AbortError'), 'unknown', 'unknown'],
  ])('%s', (_, error, plantId, plantNet) => {
    expect([settlementOf('plant_id', error), settlementOf('plantnet', error)]).toEqual([plantId, plantNet]);
  });
});
