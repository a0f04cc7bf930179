import { expect, it } from 'vitest';
import { ProviderError } from '../types.ts';
import { ExchangeError } from './exchange-fault.ts';
import { failureClass } from './failure-class.ts';

const failed = (options: { status?: number; cause?: unknown } = {}) =>
  new ProviderError('plant_id', 'failed', 'as scripted', options);

it.each([
  ['timeout', new ProviderError('plantnet', 'timeout', 'no answer within 20000 ms')],
  ['http_502', failed({ status: 502 })],
  ['connection', failed({ cause: ExchangeError.fromConnectionError(new Error('refused')) })],
  ['malformed', failed({ cause: new ExchangeError('malformed', 'the answer is not JSON') })],
  ['off_contract', failed({ cause: new ExchangeError('off_contract', 'result.classification') })],
  ['other', failed()],
  ['other', new TypeError('no fault of theirs')],
])('%s', (name, error) => {
  expect(failureClass(error)).toBe(name);
});
