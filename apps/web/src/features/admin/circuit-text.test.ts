import { describe, expect, it } from 'vitest';
import { keyFigure, lastFailureText, nextStepText, sinceText } from './circuit-text.ts';
import { circuitOf } from './testing/circuit-of.ts';

const NOW = Date.UTC(2026, 10, 22, 1, 44, 19);
const at = (secondsFromNow: number) => new Date(NOW + secondsFromNow * 1000).toISOString();
const plain = (text: string) => text.replaceAll('\u00a0', ' ');
const figureOf = (given: Parameters<typeof circuitOf>[0]) => keyFigure(circuitOf(given), NOW, 'Europe/Berlin');

describe('keyFigure', () => {
  it('is undefined while the circuit is closed', () => {
    expect(figureOf({ state: 'closed', since: at(-60) })).toBeUndefined();
  });

  it('counts down to the next trial while open', () => {
    expect(figureOf({ state: 'open', since: at(-37), next_trial_at: at(23) })).toEqual({
      figure: '0:23',
      caption: 'until the next trial',
      share: 37 / 60,
    });
    expect(figureOf({ state: 'open', since: at(-61), next_trial_at: at(-1) })).toMatchObject({
      figure: '0:00',
      caption: 'the next call is a trial',
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

describe('nextStepText', () => {
  const isolation = { reason: 'Their status page says outage.', by: 'ada@example.org', at: at(-900) };
  it.each<[Parameters<typeof circuitOf>[0], string]>([
    [{ state: 'closed' }, '3 failures in a row open it for 1 min.'],
    [{ state: 'closed', fail_count: 1 }, '2 more failures in a row open it for 1 min.'],
    [{ state: 'closed', fail_count: 2 }, '1 more failure opens it for 1 min.'],
    [{ state: 'closed', fail_max: 1 }, '1 failure opens it for 1 min.'],
    [{ state: 'open' }, 'Then trials go out. If one fails, it rests about 2 min, at most 5 min.'],
    [
      { state: 'open', reset_timeout_ms: 240_000 },
      'Then trials go out. If one fails, it rests 5 min, the longest there is.',
    ],
    [
      { state: 'half_open', trials: { succeeded: 1, required: 2 } },
      '1 more good trial closes it. 1 bad one opens it for about 2 min, at most 5 min.',
    ],
    [
      { state: 'half_open', trials: { succeeded: 0, required: 2 } },
      '2 good trials close it. 1 bad one opens it for about 2 min, at most 5 min.',
    ],
    [
      { state: 'isolated', isolation: { ...isolation, until: at(2_700) } },
      'No call goes out. It closes at 03:29 or when an operator releases it.',
    ],
    [{ state: 'isolated', isolation }, 'No call goes out. It closes when an operator releases it.'],
    [{ state: 'off' }, 'It has no key here, so it is never asked.'],
  ])('of %j', (given, words) => {
    expect(plain(nextStepText(circuitOf(given), NOW, 'Europe/Berlin'))).toBe(words);
  });
});

describe('lastFailureText and sinceText', () => {
  it('have the times of the failure and the state', () => {
    const circuit = circuitOf({ since: at(-192), last_failure: { kind: 'http_502', at: at(-97) } });
    expect(plain(sinceText(circuit, NOW, 'Europe/Berlin'))).toBe('Since 02:41:07, for 3 min 12 s');
    expect(lastFailureText(circuit, NOW, 'Europe/Berlin')).toBe('502 Bad Gateway, at 02:42:42');
  });

  it.each([
    ['timeout', 'Timeout after 35 s'],
    ['http_502', '502 Bad Gateway'],
    ['http_520', 'HTTP 520'],
    ['connection', 'No connection'],
    ['malformed', 'An answer that is no JSON'],
    ['SocketError', 'SocketError'],
  ])('name a failure of kind %s', (kind, words) => {
    expect(plain(lastFailureText(circuitOf({ last_failure: { kind } }), NOW, 'UTC'))).toBe(words);
  });

  it('are empty when nothing is known', () => {
    expect(sinceText(circuitOf(), NOW, 'UTC')).toBe('');
    expect(lastFailureText(circuitOf(), NOW, 'UTC')).toBe('None known');
  });
});
