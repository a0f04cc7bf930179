import { describe, expect, it } from 'vitest';
import { storedOptions, storedResult } from './stored-json.ts';
import { anIdentification, someOptions } from './testing/entries.ts';

describe('the stored JSON', () => {
  it('holds the whole answer and all options', () => {
    expect(storedResult.parse(JSON.parse(JSON.stringify(anIdentification)))).toEqual(anIdentification);
    expect(storedOptions.parse(JSON.parse(JSON.stringify(someOptions)))).toEqual(someOptions);
  });

  it('holds why a provider rejected the request', () => {
    const providers = { ...anIdentification.providers, plantnet: { status: 'failed', rejected: 'project' } };
    expect(storedResult.parse({ ...anIdentification, providers }).providers).toEqual(providers);
  });

  it('drops unknown fields', () => {
    const parsed = storedResult.parse({ ...anIdentification, id: 'x', secret: 'y' });
    expect(parsed).not.toHaveProperty('id');
    expect(parsed).not.toHaveProperty('secret');
  });

  it('rejects values that JSON cannot represent', () => {
    expect(storedResult.safeParse({ ...anIdentification, confidence: Number.NaN }).success).toBe(false);
  });
});
