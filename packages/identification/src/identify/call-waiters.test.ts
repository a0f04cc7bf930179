import { FakeClock } from '@plantcommunity/resilience/testing';
import { describe, expect, it } from 'vitest';
import { AbandonedCallError } from '../errors.ts';
import { AwaitedCalls, loadWhileAwaited, type Waiter } from './call-waiters.ts';

function waiter() {
  const leaving = new AbortController();
  const heard: string[] = [];
  const asWaiter: Waiter = {
    signal: leaving.signal,
    onSent: (pays) => void heard.push(pays ? 'pays' : 'joined'),
  };
  return { ...asWaiter, heard, leave: () => leaving.abort() };
}

describe('AwaitedCalls', () => {
  it('charges the request that has waited longest, and notifies the others', () => {
    const calls = new AwaitedCalls(new FakeClock());
    const [first, second, gone, late] = [waiter(), waiter(), waiter(), waiter()];
    for (const one of [gone, first, second]) calls.add('key', one);
    gone.leave();
    calls.send('key');
    calls.add('key', late);
    expect([gone, first, second, late].map(({ heard }) => heard)).toEqual([[], ['pays'], ['joined'], ['joined']]);
  });

  it('rejects a call that no request waits for, at every step before it is sent', () => {
    const calls = new AwaitedCalls(new FakeClock());
    const [one, other] = [waiter(), waiter()];
    expect(() => calls.check('key')).toThrow(AbandonedCallError);
    const remove = calls.add('key', one);
    calls.add('key', other);
    calls.check('key');
    other.leave();
    remove();
    expect(() => calls.check('key')).toThrow(AbandonedCallError);
    expect(() => calls.send('key')).toThrow(AbandonedCallError);
  });

  it('charges nothing to a request that begins to wait after a call has ended', () => {
    const calls = new AwaitedCalls(new FakeClock());
    const remove = calls.add('key', waiter());
    calls.send('key');
    remove();
    const late = waiter();
    calls.end('key');
    calls.add('key', late);
    expect(late.heard).toEqual([]);
  });
});

describe('loadWhileAwaited', () => {
  const abandonedOnce = () => {
    let loads = 0;
    return async () => {
      loads += 1;
      if (loads === 1) throw new AbandonedCallError();
      return loads;
    };
  };

  it('loads again after all other waiters have left, unless its own request is over, too', async () => {
    expect(await loadWhileAwaited(abandonedOnce(), new AbortController().signal)).toBe(2);
    await expect(loadWhileAwaited(abandonedOnce(), AbortSignal.abort())).rejects.toThrow(AbandonedCallError);
  });
});
