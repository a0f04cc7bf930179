import { describe, expect, expectTypeOf, it } from 'vitest';
import { BulkheadFullError, createBulkhead } from './bulkhead.ts';
import { CircuitRejectedError } from './circuit/circuit-breaker.ts';
import { compose } from './compose.ts';
import { ResilienceError } from './errors.ts';
import { localCircuit } from './testing/local-circuit.ts';
import { createTask } from './testing/task.ts';

class OutOfQuotaError extends ResilienceError {
  override readonly name = 'OutOfQuotaError';
}

interface Receipt {
  readonly spent: number;
}

/** A quota of `left` units that tells the work of a call what the call costs. */
function testQuota(left: number) {
  const quota = {
    left,
    async execute<T>(work: (context: { receipt: Receipt }) => Promise<T>, { units }: { units: number }): Promise<T> {
      if (units > quota.left) throw new OutOfQuotaError('out_of_quota', 'no units are left', { retryAfterMs: 500 });
      quota.left -= units;
      return work({ receipt: { spent: units } });
    },
  };
  return quota;
}

/** A policy that adds its name to `log` before and after a call. */
function tracer(log: string[], name: string) {
  return {
    async execute<T>(work: () => Promise<T>): Promise<T> {
      log.push(`${name} begins`);
      try {
        return await work();
      } finally {
        log.push(`${name} ends`);
      }
    },
  };
}

describe('composed policies', () => {
  it('wrap a call from the outermost to the innermost', async () => {
    const log: string[] = [];
    const composed = compose(tracer(log, 'outer'), tracer(log, 'inner'));
    await expect(composed.execute(async () => log.push('work'))).resolves.toBe(3);
    expect(log).toEqual(['outer begins', 'inner begins', 'work', 'inner ends', 'outer ends']);
  });

  it('make the call alone when there are none', async () => {
    await expect(compose().execute(async () => 'leaf')).resolves.toBe('leaf');
  });

  it('take the options of each policy and hand over the context of each', async () => {
    const bulkhead = createBulkhead({ max: 2 });
    const quota = testQuota(10);
    const inner = compose(bulkhead, quota);
    const composed = compose(
      { execute: <T>(work: (context: { attempt: number }) => Promise<T>) => work({ attempt: 1 }) },
      inner,
    );
    const context = await composed.execute(async (given) => given, { units: 3, holders: ['anna'] });
    expect(context).toEqual({ attempt: 1, receipt: { spent: 3 } });
    expectTypeOf(context).toEqualTypeOf<{ attempt: number } & { receipt: Receipt }>();
    // @ts-expect-error -- the quota asks for `units`
    const withoutUnits = () => composed.execute(async () => 'leaf');
    expectTypeOf(withoutUnits).returns.resolves.toBeString();
    expect({ left: quota.left, inFlight: bulkhead.inFlight }).toEqual({ left: 7, inFlight: 0 });
  });

  it('stop a refused call before the policies further in', async () => {
    const bulkhead = createBulkhead({ max: 1 });
    const { circuit } = localCircuit();
    const quota = testQuota(10);
    const composed = compose(bulkhead, circuit, quota);
    const running = createTask<string>();
    const first = composed.execute(running.work, { units: 1 });
    await expect(composed.execute(async () => 'leaf', { units: 1 })).rejects.toBeInstanceOf(BulkheadFullError);
    running.resolve('leaf');
    await first;
    await circuit.isolate('maintenance');
    await expect(composed.execute(async () => 'leaf', { units: 1 })).rejects.toBeInstanceOf(CircuitRejectedError);
    expect({ left: quota.left, inFlight: bulkhead.inFlight }).toEqual({ left: 9, inFlight: 0 });
  });

  it('pass a refusal on unchanged, with its code and time', async () => {
    const { circuit } = localCircuit();
    const refused = compose(circuit, testQuota(0)).execute(async () => 'leaf', { units: 1 });
    await expect(refused).rejects.toMatchObject({ code: 'out_of_quota', retryAfterMs: 500 });
  });

  it('refuse a call whose signal is aborted before they see it', async () => {
    const log: string[] = [];
    const composed = compose(tracer(log, 'outer'));
    const signal = AbortSignal.abort(new Error('the caller left'));
    await expect(composed.execute(async () => 'leaf', { signal })).rejects.toThrow('the caller left');
    expect(log).toEqual([]);
  });

  it('hand the signal of a call to each policy', async () => {
    const { signal } = new AbortController();
    const seen: unknown[] = [];
    const spy = {
      execute: <T>(work: () => Promise<T>, options: { signal?: AbortSignal | undefined }) => {
        seen.push(options.signal);
        return work();
      },
    };
    await compose(spy, spy).execute(async () => 'leaf', { signal });
    expect(seen).toEqual([signal, signal]);
  });
});
