import { FakeClock } from '@plantcommunity/resilience/testing';
import { describe, expect, it } from 'vitest';
import { unhurried } from '../testing/request.ts';
import { ProjectList } from './projects.ts';

const MINUTE = 60_000;
const DAY = 86_400_000;

function listUnderTest() {
  const clock = new FakeClock();
  const fetched = { times: 0, ids: async (): Promise<readonly string[]> => ['k-middle-europe', 'useful'] };
  const list = new ProjectList(async () => {
    fetched.times += 1;
    return await fetched.ids();
  }, clock);
  return { clock, fetched, lacks: (project: string) => list.lacks(project, unhurried()) };
}

describe('the list of projects', () => {
  it('lacks unknown projects only, with one fetch for concurrent callers', async () => {
    const { fetched, lacks } = listUnderTest();
    expect(await Promise.all(['k-middle-europe', 'useful', 'k-nowhere'].map(lacks))).toEqual([false, false, true]);
    expect(fetched.times).toBe(1);
  });

  it('is not needed for ids that it does not contain: all, and legacy ids', async () => {
    const { fetched, lacks } = listUnderTest();
    expect(await Promise.all(['all', 'weurope', 'canada', 'the-plant-list'].map(lacks))).toEqual(
      Array.from({ length: 4 }, () => false),
    );
    expect(fetched.times).toBe(0);
  });

  it('is cached for a day', async () => {
    const { clock, fetched, lacks } = listUnderTest();
    await lacks('k-nowhere');
    clock.advance(DAY - 1);
    await lacks('k-nowhere');
    expect(fetched.times).toBe(1);
    fetched.ids = async () => ['k-nowhere'];
    clock.advance(1);
    expect(await lacks('k-nowhere')).toBe(false);
    expect(fetched.times).toBe(2);
  });

  it.each([
    ['cannot be had', () => Promise.reject(new Error('down'))],
    ['is empty', async () => []],
  ])('lacks no project while it %s, and is fetched again after five minutes', async (_, ids) => {
    const { clock, fetched, lacks } = listUnderTest();
    fetched.ids = ids;
    for (let time = 1; time <= 3; time += 1) expect(await lacks('k-nowhere')).toBe(false);
    expect(fetched.times).toBe(1);
    clock.advance(5 * MINUTE);
    fetched.ids = async () => ['useful'];
    expect(await lacks('k-nowhere')).toBe(true);
  });
});
