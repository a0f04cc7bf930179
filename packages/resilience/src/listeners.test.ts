import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { Listeners } from './listeners.ts';

describe('emitting an event', () => {
  it('calls every listener that has not unsubscribed', () => {
    const listeners = new Listeners<number>();
    const calls: string[] = [];
    const unsubscribe = listeners.add((n) => calls.push(`a${n}`));
    listeners.add((n) => calls.push(`b${n}`));
    listeners.emit(1);
    unsubscribe();
    listeners.emit(2);
    expect(calls).toEqual(['a1', 'b1', 'b2']);
  });

  it('warns of a listener that throws, and calls the others', () => {
    // The mock keeps the warning out of the test output.
    const warn = vi.spyOn(process, 'emitWarning').mockImplementation(() => {});
    onTestFinished(() => warn.mockRestore());
    const listeners = new Listeners<number>();
    const received: number[] = [];
    const fault = new Error('listener of a test');
    listeners.add(() => {
      throw fault;
    });
    listeners.add((n) => received.push(n));
    listeners.emit(1);
    expect(received).toEqual([1]);
    expect(warn.mock.calls).toEqual([[fault]]);
  });
});
