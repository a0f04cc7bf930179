import { hash } from 'node:crypto';
import { FakeClock } from '@plantcommunity/resilience/testing';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { contractVersion } from './definition.ts';
import { PROVIDERS } from './index.ts';
import { plantIdBody, plantNetBody, plantSuggestion } from './testing/bodies.ts';
import { request, unhurried } from './testing/request.ts';
import { answer, startStub } from './testing/stub-service.ts';

describe('a derived contract version', () => {
  const contract = { asked: '?details=name', read: z.object({ name: z.string() }), revision: 1 };
  const version = contractVersion(contract);

  it.each([
    ['what is asked for', { asked: '?details=name,genus' }],
    ['a field that is read', { read: z.object({ name: z.string(), genus: z.string() }) }],
    ['a nested field that is read', { read: z.object({ name: z.object({ latin: z.string() }) }) }],
    ['the revision', { revision: 2 }],
  ])('changes with %s', (_, change) => {
    expect(contractVersion({ ...contract, ...change })).not.toBe(version);
  });

  it('does not change when the same fields are written down in another way', () => {
    const read = z.object({ name: z.string().nullish().catch(undefined) }).refine(() => true);
    expect(contractVersion({ ...contract, read })).toBe(version);
  });
});

const full = {
  disease: {
    suggestions: [
      {
        name: 'Thrips',
        probability: 0.8,
        details: {
          local_name: 'Thrips',
          description: 'Small insects',
          treatment: { chemical: ['a'], biological: ['b'], prevention: ['c'] },
        },
      },
    ],
  },
  classification: { suggestions: [plantSuggestion(), plantSuggestion({ name: 'Aloe vera', probability: 0.1 })] },
};
const BODIES = { plant_id: answer(201, plantIdBody(full)), plantnet: answer(200, plantNetBody()) };

// If only `answer` differs, older cached answers would be served as if the new code had made them: raise `revision` in the
// provider's index.ts, then write both new values here.
const EXPECTED = {
  plant_id: { version: '88b11cf24200', answer: '36145cef7c93' },
  plantnet: { version: '531292b28c0a', answer: '19d7db97fb91' },
};

describe('the contract version', () => {
  it.each(PROVIDERS)('of $name stands for the answer that a known body is turned into', async (definition) => {
    const { contractVersion: version, createClient, name } = definition;
    await using stub = await startStub(BODIES[name]);
    const client = createClient({ apiKey: 'k', baseUrl: stub.url, timeoutMs: 5_000, clock: new FakeClock() });
    // The token of the copy says nothing about the plant: answers that were cached without one are as good.
    const { copyToken: _token, ...given } = await client.identify(request(), unhurried());
    expect({ version, answer: hash('sha256', JSON.stringify(given)).slice(0, 12) }).toEqual(EXPECTED[name]);
  });
});
