import { AsyncLocalStorage } from 'node:async_hooks';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { FakeClock } from '../testing/fake-clock.ts';
import { MemoryRedis } from '../testing/memory-redis.ts';
import { LeaseScope } from './leases.ts';

setFlagsFromString('--expose-gc');
// oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the flag has put it there
const collectGarbage = runInNewContext('gc') as () => void;

const redis = new MemoryRedis(new FakeClock()).connection();
const createScope = (name: string) => new LeaseScope(redis, 'test', name);

describe('the scope of a lease', () => {
  it('is not retained by work that reschedules itself', async () => {
    const before: WeakRef<LeaseScope>[] = [];
    const runOnce = async (): Promise<(work: () => Promise<void>) => Promise<void>> => {
      const scope = createScope('job');
      before.push(new WeakRef(scope));
      // Like the callback of a timer set by the work, the returned function runs in this scope.
      return scope.run(async () => AsyncLocalStorage.snapshot());
    };
    let inLastScope = await runOnce();
    for (let n = 0; n < 10; n += 1) {
      const next = Promise.withResolvers<typeof inLastScope>();
      await inLastScope(async () => next.resolve(await runOnce()));
      inLastScope = await next.promise;
    }
    await new Promise(setImmediate);
    collectGarbage();
    // The last scope is reachable, and the one before it may still be on the stack.
    expect(before.filter((scope) => scope.deref() !== undefined).length).toBeLessThanOrEqual(2);
  });

  it('does not hide its running outer scope once it is over', async () => {
    const outer = createScope('outer');
    await outer.run(async () => {
      const inner = createScope('inner');
      const afterInner = await inner.run(async () => AsyncLocalStorage.snapshot());
      const isInside = (name: string) => LeaseScope.isInside(redis, 'test', name);
      expect(afterInner(() => ({ inner: isInside('inner'), outer: isInside('outer') }))).toEqual({
        inner: false,
        outer: true,
      });
    });
  });
});
