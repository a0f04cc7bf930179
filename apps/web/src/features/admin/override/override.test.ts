import { describe, expect, it } from 'vitest';
import type { ProviderCircuit } from '../../../lib/wire.ts';
import { overviewOf } from '../testing/overview-of.ts';
import { consequences, endText, ISOLATION_ENDS } from './override.ts';

const overview = (plant_id: Partial<ProviderCircuit> = {}, plantnet: Partial<ProviderCircuit> = {}, shared = true) =>
  overviewOf({ plant_id, plantnet, shared });

describe('consequences', () => {
  it('of an isolation name the provider that answers meanwhile', () => {
    expect(consequences({ type: 'isolate', provider: 'plant_id' }, overview())).toEqual([
      'No call goes to Plant.id, from any instance.',
      'Answers come from the cache and Pl@ntNet, without health or care.',
      'It stays isolated until the time below, or until you release it.',
    ]);
    const second = (state: ProviderCircuit['state']) =>
      consequences({ type: 'isolate', provider: 'plantnet' }, overview({ state }))[1];
    expect([second('half_open'), second('open')]).toEqual([
      'Answers come from the cache and Plant.id, without a second opinion.',
      'People get kept answers only: Plant.id can’t be asked either.',
    ]);
  });

  it('of a release', () => {
    expect(consequences({ type: 'release', provider: 'plantnet' }, overview())).toEqual([
      'Calls go to Pl@ntNet again, from every instance.',
      'It is closed and counts from 0: 5 failures open it again.',
    ]);
  });

  it('of a reset depend on the state and the failures', () => {
    const first = (given: Partial<ProviderCircuit>) =>
      consequences({ type: 'reset', provider: 'plant_id' }, overview(given))[0];
    expect([first({}), first({ fail_count: 2 }), first({ state: 'open', fail_count: 3 })]).toEqual([
      'It is closed and has no failure to forget.',
      'Its 2 failures in a row are forgotten.',
      'It is closed at once.',
    ]);
  });

  it('mention the delay on other instances while Redis is down', () => {
    expect(consequences({ type: 'release', provider: 'plant_id' }, overview({}, {}, false)).at(-1)).toBe(
      'Redis is down: other instances follow within half a minute.',
    );
  });
});

describe('endText', () => {
  it('has the time of the chosen end', () => {
    const now = Date.UTC(2026, 10, 22, 1, 44, 19);
    const textsOf = (chosen: boolean) =>
      ISOLATION_ENDS.map((end) => endText(end, chosen, now, 'Europe/Berlin').replaceAll('\u00a0', ' '));
    expect(textsOf(false)).toEqual(['15 min', '1 h', '8 h', 'Until I release it']);
    expect(textsOf(true)).toEqual([
      '15 min, until 02:59',
      '1 h, until 03:44',
      '8 h, until 10:44',
      'Until I release it',
    ]);
  });
});
