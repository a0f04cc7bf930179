import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { DEVICE_TIMEOUT_MS, DeviceTimeout, withTimeout } from './timeout.ts';

beforeEach(() => {
  vi.useFakeTimers();
});

afterEach(() => {
  vi.useRealTimers();
});

describe('withTimeout', () => {
  it('rejects after a second when no answer comes', async () => {
    const outcome = withTimeout(new Promise(() => {})).catch((error: unknown) => error);
    await vi.advanceTimersByTimeAsync(DEVICE_TIMEOUT_MS);
    expect(await outcome).toBeInstanceOf(DeviceTimeout);
  });

  it('passes on an answer and an error, and leaves no timer', async () => {
    await expect(withTimeout(Promise.resolve('leaf'))).resolves.toBe('leaf');
    await expect(withTimeout(Promise.reject(new TypeError('no')))).rejects.toThrow(TypeError);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('drops an error that comes too late', async () => {
    const { promise, reject } = Promise.withResolvers();
    const outcome = withTimeout(promise).catch((error: unknown) => error);
    await vi.advanceTimersByTimeAsync(DEVICE_TIMEOUT_MS);
    expect(await outcome).toBeInstanceOf(DeviceTimeout);
    // Vitest fails the run on an unhandled rejection.
    reject(new Error('late'));
  });
});
