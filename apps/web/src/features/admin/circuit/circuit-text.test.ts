import { describe, expect, it } from 'vitest';
import type { ProviderCircuit } from '../../../lib/wire.ts';
import type { ProviderState } from '../state/provider-state.ts';
import { at, circuitOf, NOW, plain } from '../testing/overview-of.ts';
import { keyFigure, lastFailureOf, nextStepText, sinceOf, sinceText } from './circuit-text.ts';

/** Describes a provider by the properties of its circuit, whose state it has. */
const providerOf = (given: Partial<ProviderCircuit>, state?: ProviderState) => {
  const circuit = circuitOf(given);
  return { circuit, state: state ?? circuit.state };
};
const figureOf = (given: Partial<ProviderCircuit>) => keyFigure(providerOf(given), NOW, 'Europe/Berlin');

describe('keyFigure', () => {
  it('is undefined while the circuit is closed', () => {
    expect(figureOf({ state: 'closed', since: at(-60) })).toBeUndefined();
  });

  it('counts down to the next trial while open', () => {
    expect(figureOf({ state: 'open', since: at(-37), next_trial_at: at(23) })).toEqual({
      figure: '0:23',
      caption: 'until the next try',
      share: 37 / 60,
    });
    expect(figureOf({ state: 'open', since: at(-61), next_trial_at: at(-1) })).toMatchObject({
      figure: '0:00',
      caption: 'the next call is a try',
    });
  });

  it('counts successful trials while half-open', () => {
    expect(figureOf({ state: 'half_open', trials: { succeeded: 1, required: 2 } })).toEqual({
      figure: '1/2',
      caption: 'good trials of 2 needed',
      share: 0.5,
    });
  });

  it('has the end of an isolation', () => {
    const isolation = { reason: 'Their status page says outage.', by: 'ada@example.org', at: at(-900) };
    const ends = figureOf({ state: 'isolated', isolation: { ...isolation, until: at(2_700) } });
    expect(ends && { ...ends, caption: plain(ends.caption) }).toEqual({
      figure: 'until 03:29',
      caption: 'ends by itself in 45 min',
      share: 0.25,
    });
    expect(figureOf({ state: 'isolated', isolation })).toEqual({
      figure: 'no end',
      caption: 'until an operator releases it',
    });
  });
});

it('keyFigure has the reset of a used up quota', () => {
  const usedUp = { provider: 'plant_id' as const, window: 'day', used: 9, limit: 9, resets_at: at(8_100), days: [] };
  const figure = keyFigure({ ...providerOf({}, 'used_up'), usedUp }, NOW, 'Europe/Berlin');
  expect(figure && { ...figure, caption: plain(figure.caption) }).toEqual({
    figure: 'until 04:59',
    caption: 'full again in 2 h 15 min',
  });
  const none = { ...usedUp, used: 0, limit: 0 };
  expect(keyFigure({ ...providerOf({}, 'used_up'), usedUp: none }, NOW, 'Europe/Berlin')).toEqual({
    figure: 'no end',
    caption: 'its limit is 0',
  });
  const forLife = { ...usedUp, window: 'total', resets_at: undefined };
  expect(keyFigure({ ...providerOf({}, 'used_up'), usedUp: forLife }, NOW, 'Europe/Berlin')).toEqual({
    figure: 'no end',
    caption: 'it is not filled again',
  });
});

describe('nextStepText', () => {
  const isolation = { reason: 'Their status page says outage.', by: 'ada@example.org', at: at(-900) };
  it.each<[Partial<ProviderCircuit>, string]>([
    [{ state: 'closed' }, '3 failures in a row open it for 1 min.'],
    [{ state: 'closed', fail_count: 1 }, '2 more failures in a row open it for 1 min.'],
    [{ state: 'closed', fail_count: 2 }, '1 more failure opens it for 1 min.'],
    [{ state: 'closed', fail_max: 1 }, '1 failure opens it for 1 min.'],
    [{ state: 'open' }, 'Then we try a call. If it fails, it rests about 2 min (5 min at most).'],
    [
      { state: 'open', reset_timeout_ms: 240_000 },
      'Then we try a call. If it fails, it rests 5 min, the longest there is.',
    ],
    [
      { state: 'half_open', trials: { succeeded: 1, required: 2 } },
      '1 more good call closes it. 1 bad one opens it for about 2 min (5 min at most).',
    ],
    [
      { state: 'half_open', trials: { succeeded: 0, required: 2 } },
      '2 good calls close it. 1 bad one opens it for about 2 min (5 min at most).',
    ],
    [
      { state: 'isolated', isolation: { ...isolation, until: at(2_700) } },
      'No call goes out. It closes at 03:29, or when an operator releases it.',
    ],
    [{ state: 'isolated', isolation }, 'No call goes out. It closes when an operator releases it.'],
    [{ state: 'off' }, 'It has no key here, so it is never asked.'],
    [{ state: 'misconfigured' }, 'It needs another key. We ask now and then, at no cost, whether it takes ours again.'],
  ])('of %j', (given, words) => {
    expect(plain(nextStepText(providerOf(given), NOW, 'Europe/Berlin'))).toBe(words);
  });

  it.each<[ProviderState, string]>([
    ['unpaid', 'Its account needs money. It is asked again once it has some.'],
    ['used_up', 'No call goes out until its quota is full again.'],
  ])('of a provider that is %s', (state, words) => {
    expect(nextStepText(providerOf({}, state), NOW, 'UTC')).toBe(words);
  });
});

describe('lastFailureOf and sinceText', () => {
  it('have the times of the failure and the state', () => {
    const failed = providerOf({ last_failure: { kind: 'http_502', at: at(-97) } });
    expect(plain(sinceText(at(-192), NOW, 'Europe/Berlin'))).toBe('Since 02:41:07, for 3 min 12 s');
    expect(lastFailureOf(failed, NOW, 'Europe/Berlin')).toEqual({ text: '502 Bad Gateway, at 02:42:42', at: at(-97) });
  });

  it.each([
    ['timeout', 'Timeout after 35 s'],
    ['http_502', '502 Bad Gateway'],
    ['http_520', 'HTTP 520'],
    ['connection', 'No connection'],
    ['malformed', 'An answer that is no JSON'],
    ['SocketError', 'SocketError'],
  ])('name a failure of kind %s', (kind, words) => {
    expect(plain(lastFailureOf(providerOf({ last_failure: { kind } }), NOW, 'UTC').text)).toBe(words);
  });

  it('has no failure while none is known', () => {
    expect(lastFailureOf(providerOf({}), NOW, 'UTC')).toEqual({ text: 'None known' });
  });

  it.each<[ProviderState, string]>([
    ['misconfigured', 'It rejected our key'],
    ['unpaid', 'It asked for money'],
  ])('name what makes a provider %s, not the last counted failure', (state, text) => {
    const provider = providerOf({ last_failure: { kind: 'http_500', at: at(-97) }, unpaid_since: at(-30) }, state);
    expect(lastFailureOf(provider, NOW, 'UTC')).toEqual({ text });
  });

  it.each<[ProviderState, string | undefined]>([
    ['open', at(-60)],
    ['unpaid', at(-30)],
    ['isolated', at(-20)],
    ['used_up', undefined],
  ])('have the begin of the state %s', (state, since) => {
    const isolation = { reason: 'Their status page says outage.', by: 'ada@example.org', at: at(-20) };
    expect(sinceOf(providerOf({ since: at(-60), unpaid_since: at(-30), isolation }, state))).toBe(since);
  });
});
