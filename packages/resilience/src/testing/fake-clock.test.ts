import { expect, it } from 'vitest';
import { FakeClock } from './fake-clock.ts';

it('a fake clock fires timers in order, at their own time, also those that are set on the way', () => {
  const clock = new FakeClock(1000);
  const fired: string[] = [];
  const note = (name: string) => fired.push(`${name} at ${clock.monotonic()}`);
  clock.setTimeout(() => note('b'), 20);
  clock.setTimeout(() => {
    note('a');
    clock.setTimeout(() => note('c'), 15);
  }, 10);
  const cancel = clock.setTimeout(() => note('never'), 12);
  cancel();
  clock.advance(24);
  expect(fired).toEqual(['a at 10', 'b at 20']);
  clock.advance(1);
  expect(fired.at(-1)).toBe('c at 25');
  expect(clock.now()).toBe(1025);
  expect(clock.pendingTimers).toBe(0);
});

it('stepWallClock moves the wall clock alone', () => {
  const clock = new FakeClock(1000);
  clock.stepWallClock(-500);
  expect({ now: clock.now(), monotonic: clock.monotonic() }).toEqual({ now: 500, monotonic: 0 });
});
