import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { startTimeLimit } from './time-limits.ts';

/** Blocks the event loop. */
function block(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}

describe('startTimeLimit', () => {
  it('calls back when the time has passed', async () => {
    const began = performance.now();
    await new Promise<void>((resolve) => startTimeLimit(20, resolve));
    expect(performance.now() - began).toBeGreaterThanOrEqual(19);
  });

  it('does not call back after it was cancelled', async () => {
    let fired = false;
    const cancel = startTimeLimit(1, () => {
      fired = true;
    });
    cancel();
    await new Promise<void>((resolve) => startTimeLimit(20, resolve));
    expect(fired).toBe(false);
  });

  it('does not count time in which the process was blocked', async () => {
    let fired = false;
    const cancel = startTimeLimit(100, () => {
      fired = true;
    });
    block(400);
    // The timer is due now; these turns of the event loop read the data that arrived meanwhile.
    await turn();
    await turn();
    expect(fired).toBe(false);
    cancel();
  });
});
