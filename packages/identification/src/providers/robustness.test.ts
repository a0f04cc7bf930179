import { isDeepStrictEqual } from 'node:util';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { ZodType } from 'zod';
import type { ProviderAnswer } from '../types.ts';
import { readBody } from './exchange.ts';
import { toAnswer as plantIdAnswer } from './plant-id/answer.ts';
import { identification as plantIdSchema } from './plant-id/response.ts';
import { toAnswer as plantNetAnswer } from './plantnet/answer.ts';
import { meansNoPlant } from './plantnet/client.ts';
import { identification as plantNetSchema } from './plantnet/response.ts';
import { ExchangeError, ProviderError } from './provider-error.ts';
import { plantIdBody, plantNetBody } from './testing/bodies.ts';

function reader<T>(schema: ZodType<T>, toAnswer: (body: T) => ProviderAnswer): (text: string) => ProviderAnswer {
  return (text) => toAnswer(readBody('plant_id', text, schema));
}

const readers = {
  'Plant.id': { read: reader(plantIdSchema, ({ result }) => plantIdAnswer(result)), body: plantIdBody() },
  'Pl@ntNet': { read: reader(plantNetSchema, ({ results }) => plantNetAnswer(results)), body: plantNetBody() },
};

/** A valid body in which one place, anywhere, holds something else. */
function damaged(body: unknown): fc.Arbitrary<string> {
  return fc.tuple(fc.nat(), fc.jsonValue({ maxDepth: 2 })).map(([place, value]) => {
    let seen = 0;
    const places = JSON.stringify(body).match(/[:[,]/g)?.length ?? 1;
    return JSON.stringify(body, (_, current: unknown) => (seen++ === place % places ? value : current)) ?? 'null';
  });
}

/** Our form, within its bounds. */
function isSafe(answer: ProviderAnswer): boolean {
  const text = JSON.stringify(answer);
  const isPlainJson = isDeepStrictEqual(JSON.parse(text), answer);
  const candidatesAreSafe = answer.candidates.every(
    ({ score = 0, images, gbifId = '0' }) =>
      score >= 0 && score <= 1 && images.every(({ url }) => url.startsWith('https://')) && /^\d+$/.test(gbifId),
  );
  return isPlainJson && candidatesAreSafe && text.length < 100_000;
}

function isTypedFailure(error: unknown): boolean {
  return error instanceof ProviderError && error.type === 'failed' && error.cause instanceof ExchangeError;
}

describe.each(Object.entries(readers))('any body that %s sends', (_, { read, body }) => {
  const answersOrFails = (text: string): boolean => {
    try {
      return isSafe(read(text));
    } catch (error) {
      return isTypedFailure(error);
    }
  };

  test.each([
    ['as text', fc.string()],
    ['as JSON', fc.json()],
    ['with one place damaged', damaged(body)],
  ])('%s', (__, texts) => {
    expect(fc.check(fc.property(texts, answersOrFails), { numRuns: 300 })).toMatchObject({ failed: false });
  });

  test.each([
    ['nested without end', `{"result":${'['.repeat(200_000)}${']'.repeat(200_000)}}`],
    ['with a key that means something to JavaScript', '{"__proto__":{"result":{},"results":[]}}'],
  ])('%s', (__, text) => {
    expect(answersOrFails(text)).toBe(true);
    expect({}).not.toHaveProperty('results');
  });
});

test('a 404 with any body has one of its two meanings', () => {
  const texts = fc.oneof(fc.string(), fc.json());
  const isTold = fc.property(texts, (text) => typeof meansNoPlant(404, text) === 'boolean');
  expect(fc.check(isTold)).toMatchObject({ failed: false });
});
