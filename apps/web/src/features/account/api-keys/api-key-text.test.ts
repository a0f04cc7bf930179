import { describe, expect, it } from 'vitest';
import { EXPIRIES, expiryAfter, scopesText } from './api-key-text.ts';

describe('the expiry of an API key', () => {
  it.each([
    ['Never', undefined],
    ['In 30 days', '2026-03-31T12:00:00.000Z'],
    ['In 90 days', '2026-05-30T12:00:00.000Z'],
    ['In a year', '2027-03-01T12:00:00.000Z'],
  ])('for the choice %s is %s', (label, expiry) => {
    const choice = EXPIRIES.find((candidate) => candidate.label === label);
    expect(expiryAfter(choice?.days ?? 'none', Date.UTC(2026, 2, 1, 12))).toBe(expiry);
  });
});

describe('the text about scopes', () => {
  it.each([
    [['identify'], 'May identify plants'],
    [['write', 'identify', 'read'], 'May identify plants, read your herbarium and change and delete what is in it'],
  ] as const)('of %j lists what the key may do', (scopes, text) => expect(scopesText(scopes)).toBe(text));
});
