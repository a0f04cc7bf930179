import { expect, test } from '@playwright/test';
import { countOfAnswers } from '../fixtures/answers.ts';

const line = (faults: string[]) => `${JSON.stringify({ answer: 'GET /api/v1/auth/me: 200', faults })}\n`;

test('a run of all files fails if no app recorded an answer, a run of single files does not', () => {
  expect(() => countOfAnswers('', { areRequired: true })).toThrow('No app recorded an answer');
  expect(countOfAnswers('', { areRequired: false })).toBe(0);
  expect(countOfAnswers(line([]) + line([]), { areRequired: true })).toBe(2);
});

test('a run fails with each difference between an answer and the document', () => {
  const recorded = line(['has a body']) + line(['has a body', 'has no header allow']);
  const message = 'The OpenAPI document says otherwise:\nhas a body\nhas no header allow';
  expect(() => countOfAnswers(recorded, { areRequired: false })).toThrow(message);
});
