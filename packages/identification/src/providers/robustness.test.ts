import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { ZodType } from 'zod';
import { type ProviderAnswer, ProviderError } from '../provider.ts';
import { readBody } from './body.ts';
import { answerOf as plantIdAnswer } from './plant-id/answer.ts';
import { identification as plantIdSchema } from './plant-id/response.ts';
import { answerOf as plantNetAnswer } from './plantnet/answer.ts';
import { meansNoPlant } from './plantnet/refusal-kind.ts';
import { identification as plantNetSchema } from './plantnet/response.ts';
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

function expectSafe(answer: ProviderAnswer): void {
  const text = JSON.stringify(answer);
  expect(JSON.parse(text)).toEqual(answer);
  expect(text.length).toBeLessThan(100_000);
  for (const { score, images, gbifId } of answer.candidates) {
    expect(score).toBeGreaterThanOrEqual(0);
    expect(score).toBeLessThanOrEqual(1);
    for (const { url } of images) expect(url).toMatch(/^https:\/\//);
    expect(gbifId ?? '0').toMatch(/^\d+$/);
  }
}

describe.each(Object.entries(readers))('whatever %s sends', (_, { read, body }) => {
  const parse = (text: string): void => {
    let answer: ProviderAnswer;
    try {
      answer = read(text);
    } catch (error) {
      expect(error).toBeInstanceOf(ProviderError);
      expect(error).toMatchObject({ kind: 'failed', cause: { name: 'ExchangeFault' } });
      return;
    }
    expectSafe(answer);
  };

  test('as text', () => fc.assert(fc.property(fc.string(), parse)));

  test('as JSON', () => fc.assert(fc.property(fc.json(), parse)));

  test('with one place damaged', () => fc.assert(fc.property(damaged(body), parse), { numRuns: 500 }));

  test('nested without end', () => parse(`{"result":${'['.repeat(200_000)}${']'.repeat(200_000)}}`));

  test('with a key that means something to JavaScript', () => {
    parse('{"__proto__":{"result":{"is_plant":{"binary":true,"probability":1}},"results":[]}}');
    expect({}).not.toHaveProperty('result');
  });
});

test('any body of a 404 is either meaning', () => {
  fc.assert(fc.property(fc.oneof(fc.string(), fc.json()), (text) => typeof meansNoPlant(404, text) === 'boolean'));
});
