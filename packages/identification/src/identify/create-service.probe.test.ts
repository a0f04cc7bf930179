import { FakeClock } from '@plantcommunity/resilience/testing';
import { describe, expect, it } from 'vitest';
import { shareProbe } from './create-service.ts';

describe('shareProbe', () => {
  it('runs one probe for all callers while it runs and for one second afterwards', async () => {
    const clock = new FakeClock();
    let runs = 0;
    const answer = Promise.withResolvers<boolean>();
    const probe = shareProbe(clock, () => {
      runs += 1;
      return runs === 1 ? answer.promise : Promise.resolve(false);
    });
    const asked = Array.from({ length: 100 }, () => probe());
    clock.advance(5_000);
    asked.push(probe());
    answer.resolve(true);
    expect(new Set(await Promise.all(asked))).toEqual(new Set([true]));
    clock.advance(999);
    expect({ result: await probe(), runs }).toEqual({ result: true, runs: 1 });
    clock.advance(1);
    expect({ result: await probe(), runs }).toEqual({ result: false, runs: 2 });
  });

  it('shares a failure for the same time', async () => {
    const clock = new FakeClock();
    let runs = 0;
    const probe = shareProbe(clock, async () => {
      runs += 1;
      throw new Error(`run ${runs}`);
    });
    await expect(probe()).rejects.toThrow('run 1');
    await expect(probe()).rejects.toThrow('run 1');
    clock.advance(1_000);
    await expect(probe()).rejects.toThrow('run 2');
  });
});
