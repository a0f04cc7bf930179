import { describe, expect, it } from 'vitest';
import { instancesText } from './instances-text.ts';

describe('the instances', () => {
  it.each([
    [{ agree: 3, known: 3 }, '3 of 3 instances'],
    [{ agree: 1, known: 1 }, '1 of 1 instance'],
    [{ agree: 2, known: 3 }, '2 of 3 instances see this'],
    [{ agree: 1, known: 2 }, '1 of 2 instances sees this'],
    [undefined, undefined],
  ])('%j', (instances, words) => {
    expect(instancesText(instances)).toBe(words);
  });
});
