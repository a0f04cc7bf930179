import { describe, expect, it } from 'vitest';
import { storedOptions, storedResult } from './stored-json.ts';
import { anIdentification, someOptions } from './testing/entries.ts';

describe('what is stored', () => {
  it('is the whole answer and the whole question', () => {
    expect(storedResult.parse(JSON.parse(JSON.stringify(anIdentification)))).toEqual(anIdentification);
    expect(storedOptions.parse(JSON.parse(JSON.stringify(someOptions)))).toEqual(someOptions);
  });

  it('keeps why a provider refused the request', () => {
    const providers = { ...anIdentification.providers, plantnet: { status: 'failed', rejected: 'project' } };
    expect(storedResult.parse({ ...anIdentification, providers }).providers).toEqual(providers);
  });

  it('is nothing that does not belong to it', () => {
    const parsed = storedResult.parse({ ...anIdentification, id: 'x', secret: 'y' });
    expect(parsed).not.toHaveProperty('id');
    expect(parsed).not.toHaveProperty('secret');
  });

  it('refuses what could not be read again', () => {
    expect(storedResult.safeParse({ ...anIdentification, confidence: Number.NaN }).success).toBe(false);
  });
});
