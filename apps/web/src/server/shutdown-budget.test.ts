import { FakeClock } from '@plantcommunity/resilience/testing';
import { describe, expect, it } from 'vitest';
import { type ShutdownParts, shutDown } from './shutdown-budget.ts';

/** Waits until something waits for the clock. */
async function clockIsWaited(clock: FakeClock): Promise<void> {
  while (clock.pendingTimers === 0) await Promise.resolve();
}

const never = () => new Promise<never>(() => {});

/** Starts a shutdown of 40 s and 2 s on a clock that stands still. */
function start(parts: Partial<ShutdownParts> & { clock?: FakeClock }) {
  const clock = parts.clock ?? new FakeClock();
  const ended: { result?: Awaited<ReturnType<typeof shutDown>> } = {};
  const run = async () => {
    const all = { finishRequests: async () => ({ cutOff: 0 }), settleCalls: async () => true, closings: [], ...parts };
    ended.result = await shutDown(all, { timeoutMs: 40_000, closeMs: 2_000, clock });
  };
  return { clock, ended, shutdown: run() };
}

describe('shutDown', () => {
  it('ends after both limits when requests, calls and every closing hang', async () => {
    const clock = new FakeClock();
    const { ended, shutdown } = start({
      clock,
      finishRequests: async (timeoutMs) => {
        clock.advance(timeoutMs);
        return { cutOff: 3 };
      },
      settleCalls: async (timeoutMs) => {
        clock.advance(timeoutMs);
        return false;
      },
      closings: [never, never, () => Promise.reject(new Error('no answer'))],
    });
    await clockIsWaited(clock);
    expect(clock.monotonic()).toBe(41_000);
    clock.advance(999);
    expect(ended).toEqual({});
    clock.advance(1);
    await shutdown;
    expect(ended).toEqual({ result: { cutOff: 3, isSettled: false } });
  });

  it('gives calls the time that requests have left over', async () => {
    const clock = new FakeClock();
    let givenMs: number | undefined;
    const { shutdown } = start({
      clock,
      finishRequests: async () => {
        clock.advance(10_000);
        return { cutOff: 0 };
      },
      settleCalls: async (timeoutMs) => {
        givenMs = timeoutMs;
        return true;
      },
    });
    await shutdown;
    expect(givenMs).toBe(31_000);
  });

  it('closes everything at once, and only after the calls', async () => {
    const begun: string[] = [];
    const calls = Promise.withResolvers<boolean>();
    const closing = (name: string) => () => {
      begun.push(name);
      return name === 'database' ? never() : Promise.resolve();
    };
    const { clock, ended, shutdown } = start({
      settleCalls: () => calls.promise,
      closings: [closing('database'), closing('redis'), closing('export')],
    });
    await Promise.resolve();
    expect(begun).toEqual([]);
    calls.resolve(true);
    await clockIsWaited(clock);
    expect(begun).toEqual(['database', 'redis', 'export']);
    clock.advance(42_000);
    await shutdown;
    expect(ended).toEqual({ result: { cutOff: 0, isSettled: true } });
  });
});
