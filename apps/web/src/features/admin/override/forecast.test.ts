import { describe, expect, it } from 'vitest';
import type { MinuteCounts } from '../../../lib/wire.ts';
import { hourOf, overviewOf } from '../testing/overview-of.ts';
import { forecastOf, forecastText } from './forecast.ts';

type Given = Parameters<typeof overviewOf>[0];

const cache = {
  memory: 0,
  redis: 0,
  miss: 0,
  stale: 0,
  saved_calls: 0,
  saved_credits: 0,
  usual_credits: 2,
  credit_cost: 0.029,
};
/** An hour in which both providers answered 62 times. */
const busy = (counts: Partial<MinuteCounts> = { success: 62 }): Given => {
  const minutes = hourOf({ 10: counts });
  return { cache, minutes: { plant_id: minutes, plantnet: minutes } };
};

describe('the forecast of an override', () => {
  it('of an isolation counts the people who got an answer, and the dollars of two credits for each', () => {
    expect(forecastOf({ type: 'isolate', provider: 'plant_id' }, overviewOf(busy()))).toEqual({
      people: 62,
      opinions: 'one',
      dollars: 62 * 2 * 0.029,
    });
    expect(forecastOf({ type: 'isolate', provider: 'plantnet' }, overviewOf(busy()))).toEqual({
      people: 62,
      opinions: 'one',
    });
  });

  it('of an isolation of the last provider is no answer', () => {
    const overview = overviewOf({ ...busy(), plantnet: { state: 'open' } });
    expect(forecastOf({ type: 'isolate', provider: 'plant_id' }, overview)).toMatchObject({ opinions: 'none' });
  });

  it('of a release counts all who asked', () => {
    const overview = overviewOf({
      ...busy({ isolated: 50, refused: 10, success: 2 }),
      plant_id: { state: 'isolated' },
    });
    expect(forecastOf({ type: 'release', provider: 'plant_id' }, overview)).toMatchObject({
      people: 62,
      opinions: 'several',
    });
  });

  it('of a reset that closes nothing is undefined', () => {
    expect(forecastOf({ type: 'reset', provider: 'plant_id' }, overviewOf(busy()))).toBeUndefined();
  });
});

describe('the text of a forecast', () => {
  it.each<[string, Parameters<typeof forecastText>[0], Given, string[]]>([
    [
      'an isolation',
      { type: 'isolate', provider: 'plant_id' },
      busy({ success: 1_284 }),
      [
        'Going by the last hour, about 1,300 people an hour will get one opinion only.',
        'That saves about $74 an hour.',
      ],
    ],
    [
      'an isolation of a free provider',
      { type: 'isolate', provider: 'plantnet' },
      busy(),
      ['Going by the last hour, about 60 people an hour will get one opinion only.'],
    ],
    [
      'an isolation of the last provider',
      { type: 'isolate', provider: 'plant_id' },
      { ...busy({ success: 1 }), plantnet: { state: 'isolated' } },
      ['Going by the last hour, 1 person an hour will get no new answer.', 'That saves less than $0.10 an hour.'],
    ],
    [
      'a release',
      { type: 'release', provider: 'plant_id' },
      { ...busy({ isolated: 124 }), plant_id: { state: 'isolated' } },
      [
        'Going by the last hour, about 120 people an hour will get a second opinion again.',
        'That costs about $7.19 an hour.',
      ],
    ],
    [
      'a reset of the only provider',
      { type: 'reset', provider: 'plantnet' },
      { ...busy({ refused: 20 }), plant_id: { state: 'open' }, plantnet: { state: 'open' } },
      ['Going by the last hour, about 20 people an hour will get an answer again.'],
    ],
    [
      'a quiet hour',
      { type: 'isolate', provider: 'plant_id' },
      {},
      ['Going by the last hour, it changes nothing for people.'],
    ],
    ['a reset that closes nothing', { type: 'reset', provider: 'plant_id' }, busy(), []],
  ])('of %s', (_name, override, given, sentences) => {
    expect(forecastText(override, overviewOf(given))).toEqual(sentences);
  });
});
