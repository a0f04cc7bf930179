import { describe, expect, it } from 'vitest';
import type { UserDetails } from '../../../lib/wire.ts';
import { changeConsequences, sessionsText } from './user-change.ts';

const HOUR = 3_600_000;
const rate = (count: number) => ({ count, windowMs: HOUR });
const rates = { free: rate(100), pro: rate(200), premium: rate(500), enterprise: rate(1_000) };
const user: UserDetails = {
  id: 'anna',
  email: 'anna@example.org',
  role: 'user',
  tier: 'pro',
  created_at: '2026-02-28T12:00:00.000Z',
  has_password: true,
  services: [],
  sessions: { browsers: 2, apps: 1 },
  api_keys: 0,
  identifications: 41,
  sign_in_link: { state: 'none' },
};
const context = { user, isViewer: false, tier: 'pro', rates } as const;

describe('the consequences', () => {
  it('of another tier name both rates', () => {
    expect(changeConsequences('setTier', { ...context, tier: 'premium' })[0]).toBe(
      'anna@example.org may ask for 500 identifications an hour; now it is 200 identifications an hour.',
    );
    expect(changeConsequences('setTier', { ...context, tier: 'free' })).toContain(
      'A daily share of credits applies, too.',
    );
  });

  it('of the tier that the account has ask for another one', () => {
    expect(changeConsequences('setTier', context)[0]).toContain('Please choose another one.');
  });

  it('of disabling say who is signed out, and what stays', () => {
    expect(changeConsequences('disable', context)).toEqual([
      'anna@example.org is signed out at once (2 browsers, 1 app), and can’t sign in any more.',
      'Nothing is deleted: 41 identifications stay.',
    ]);
    const without: UserDetails = {
      ...user,
      sessions: { browsers: 0, apps: 0 },
      identifications: 0,
      sign_in_link: { state: 'unused' },
    };
    expect(changeConsequences('disable', { ...context, user: without })).toEqual([
      'anna@example.org can’t sign in any more.',
      'The unused sign-in link ends.',
      'Nothing is deleted.',
    ]);
  });

  it.each([
    [1, '1 API key stops working.', '1 API key goes on working.'],
    [3, '3 API keys stop working.', '3 API keys go on working.'],
  ])('say what happens to %i API keys', (apiKeys, disabled, linked) => {
    const withKeys = { ...context, user: { ...user, api_keys: apiKeys } };
    expect(changeConsequences('disable', withKeys)).toContain(disabled);
    expect(changeConsequences('makeSignInLink', withKeys)).toContain(linked);
    expect(changeConsequences('disable', context).join(' ')).not.toContain('API key');
  });

  it.each(['removeAdmin', 'disable'] as const)('of %s say when it is the own account', (change) => {
    const own = changeConsequences(change, { ...context, isViewer: true }).join(' ');
    expect(own).toContain('This is your own account');
    expect(changeConsequences(change, context).join(' ')).not.toContain('your own');
  });

  it('of a sign-in link say what ends, and what an account without a password gets', () => {
    const first = changeConsequences('makeSignInLink', context);
    expect(first).toHaveLength(3);
    const other: UserDetails = { ...user, has_password: false, sign_in_link: { state: 'unused' } };
    expect(changeConsequences('makeSignInLink', { ...context, user: other })).toEqual(
      expect.arrayContaining([
        'The account has no password so far; the link gives it one.',
        'The unused link from before ends.',
      ]),
    );
  });
});

it.each([
  [{ browsers: 2, apps: 1 }, '2 browsers, 1 app'],
  [{ browsers: 1, apps: 0 }, '1 browser'],
  [{ browsers: 0, apps: 0 }, undefined],
])('sessionsText of %j is %s', (sessions, text) => {
  expect(sessionsText(sessions)).toBe(text);
});
