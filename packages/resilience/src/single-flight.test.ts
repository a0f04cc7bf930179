import { describe, expect, it } from 'vitest';
import { createSingleFlight, detachFromCalls, ReentrantCallError } from './single-flight.ts';
import { createTask } from './testing/task.ts';

describe('single-flight', () => {
  it('makes one call for a thousand callers and tells each whether it joined', async () => {
    const flights = createSingleFlight();
    const task = createTask<string>();
    const callers = Array.from({ length: 1000 }, () => flights.run('rose', task.work));
    expect(flights.size).toBe(1);
    expect(flights.has('rose')).toBe(true);
    task.resolve('Rosa');
    const results = await Promise.all(callers);
    expect(task.calls()).toBe(1);
    expect(results[0]).toEqual({ value: 'Rosa', joined: false });
    expect(results.slice(1)).toEqual(Array.from({ length: 999 }, () => ({ value: 'Rosa', joined: true })));
    expect(flights.size).toBe(0);
  });

  it('counts the callers of a running flight, also those who left', async () => {
    const flights = createSingleFlight();
    const task = createTask<string>();
    const first = flights.run('rose', task.work);
    const leaving = new AbortController();
    const second = flights.run('rose', task.work, leaving.signal);
    leaving.abort(new Error('gone'));
    await expect(second).rejects.toThrow('gone');
    expect(flights.callers('rose')).toBe(2);
    task.resolve('Rosa');
    await first;
    expect(flights.callers('rose')).toBe(0);
  });

  it('makes one call for each key', async () => {
    const flights = createSingleFlight();
    const results = await Promise.all([flights.run('a', async () => 1), flights.run('b', async () => 2)]);
    expect(results.map(({ value }) => value)).toEqual([1, 2]);
  });
});

describe('a failed flight', () => {
  it('fails for all callers, and the next call starts another flight', async () => {
    const flights = createSingleFlight();
    const task = createTask<string>();
    const error = new Error('withered');
    const callers = [flights.run('rose', task.work), flights.run('rose', task.work)];
    task.reject(error);
    for (const caller of callers) await expect(caller).rejects.toBe(error);
    expect(flights.has('rose')).toBe(false);
    await expect(flights.run('rose', async () => 'Rosa')).resolves.toEqual({ value: 'Rosa', joined: false });
  });

  it('ends also when its work throws synchronously', async () => {
    const flights = createSingleFlight();
    const throwing = () => {
      throw new Error('at once');
    };
    await expect(flights.run('rose', throwing)).rejects.toThrow('at once');
    expect(flights.size).toBe(0);
  });
});

describe('an abort', () => {
  it('detaches only its own caller, also the one that started the flight', async () => {
    const flights = createSingleFlight();
    const task = createTask<string>();
    const controller = new AbortController();
    const leaver = flights.run('rose', task.work, controller.signal);
    const stayer = flights.run('rose', task.work);
    controller.abort(new Error('gone'));
    await expect(leaver).rejects.toThrow('gone');
    expect(flights.has('rose')).toBe(true);
    task.resolve('Rosa');
    await expect(stayer).resolves.toEqual({ value: 'Rosa', joined: true });
    expect(task.calls()).toBe(1);
  });

  it('of every caller leaves no unhandled rejection when the flight fails', async () => {
    const flights = createSingleFlight();
    const task = createTask<string>();
    const controller = new AbortController();
    const leaver = flights.run('rose', task.work, controller.signal);
    controller.abort();
    await expect(leaver).rejects.toThrow('aborted');
    // An unhandled rejection would fail the run.
    task.reject(new Error('withered'));
    await expect(flights.run('rose', async () => 'x')).rejects.toThrow('withered');
  });

  it('before the call starts no flight', async () => {
    const flights = createSingleFlight();
    const task = createTask<string>();
    await expect(flights.run('rose', task.work, AbortSignal.abort(new Error('gone')))).rejects.toThrow('gone');
    expect(task.calls()).toBe(0);
  });
});

describe('a flight that asks for its own key', () => {
  it('is refused before and after its first wait', async () => {
    const flights = createSingleFlight();
    const atOnce = flights.run('rose', () => flights.run('rose', async () => 'Rosa'));
    await expect(atOnce).rejects.toBeInstanceOf(ReentrantCallError);
    const later = flights.run('rose', async () => {
      await Promise.resolve();
      return flights.run('rose', async () => 'Rosa');
    });
    await expect(later).rejects.toThrow('the call for rose would deadlock, waiting for itself: rose -> rose');
    expect(flights.size).toBe(0);
  });

  it('is refused when it asks through other keys and other single-flights', async () => {
    const [flights, others] = [createSingleFlight(), createSingleFlight()];
    const requested = flights.run('rose', () => others.run('fern', () => flights.run('rose', async () => 'Rosa')));
    await expect(requested).rejects.toMatchObject({ code: 'reentrant_call', message: /rose -> fern -> rose$/ });
  });

  it('is refused when it asks through a flight that began separately', async () => {
    const flights = createSingleFlight();
    const both = Promise.withResolvers<void>();
    const request = async (key: string) => {
      await both.promise;
      return flights.run(key, async () => key);
    };
    const requested = [flights.run('rose', () => request('fern')), flights.run('fern', () => request('rose'))];
    both.resolve();
    const results = await Promise.allSettled(requested);
    expect(results.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    expect(flights.size).toBe(0);
  });

  it('is not refused after it has ended, or from the background', async () => {
    const flights = createSingleFlight();
    const ended = Promise.withResolvers<void>();
    let after: Promise<unknown> = Promise.resolve();
    let detached: Promise<unknown> = Promise.resolve();
    await flights.run('rose', async () => {
      after = ended.promise.then(() => flights.run('rose', async () => 'again'));
      detached = detachFromCalls(() => flights.run('rose', async () => 'unused'));
      return 'Rosa';
    });
    ended.resolve();
    expect(await after).toEqual({ value: 'again', joined: false });
    expect(await detached).toEqual({ value: 'Rosa', joined: true });
  });

  it('may ask for other keys, one after the other and at the same time', async () => {
    const flights = createSingleFlight();
    const leaf = (key: string) => flights.run(key, async () => key);
    const stem = () => Promise.all([leaf('fern'), leaf('moss'), leaf('fern')]);
    const { value } = await flights.run('rose', async () => [...(await stem()), ...(await stem())]);
    expect(value).toHaveLength(6);
  });
});

it('settled() resolves when the last flight has ended, including one that began meanwhile and one that failed', async () => {
  const flights = createSingleFlight();
  const [rose, fern] = [createTask<string>(), createTask<string>()];
  const failed = flights.run('rose', rose.work).catch(() => 'failed');
  const settled = flights.settled();
  const begunMeanwhile = flights.run('fern', fern.work);
  rose.reject(new Error('frost'));
  expect(await Promise.race([settled, failed])).toBe('failed');
  expect(flights.size).toBe(1);
  fern.resolve('Polypodium');
  await Promise.all([begunMeanwhile, settled]);
  expect(flights.size).toBe(0);
});
