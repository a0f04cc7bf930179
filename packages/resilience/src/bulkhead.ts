import { ResilienceError } from './errors.ts';
import { checkRange } from './range.ts';

/** The part of the places that one holder may fill. */
const SHARE = 1 / 2;

/**
 * A cap on calls in flight to one service from this process; above it a call is refused at once, never queued. A call
 * may name its holders, such as an account and its address: each has at most half of the places (rounded up), so that a
 * slow service is not taken from all others by one who asks it much.
 */
export interface Bulkhead {
  /** @throws {BulkheadFullError} without calling `work` */
  run<T>(work: () => Promise<T>, holders?: readonly string[]): Promise<T>;
  readonly inFlight: number;
  readonly max: number;
  hasRoom(holders?: readonly string[]): boolean;
}

export class BulkheadFullError extends ResilienceError {
  override readonly name = 'BulkheadFullError';

  constructor(calls: number) {
    super('bulkhead_full', `${calls} calls are in flight already`);
  }
}

/**
 * @param options.max calls at once, 1 or more
 * @throws {RangeError} when `max` cannot be
 */
export function createBulkhead(options: { max: number }): Bulkhead {
  const { max } = options;
  checkRange('max', max, { min: 1, whole: true });
  const most = Math.ceil(max * SHARE);
  const held = new Map<string, number>();
  let inFlight = 0;

  const isFull = (holder: string) => (held.get(holder) ?? 0) >= most;

  function change(holders: ReadonlySet<string>, by: number): void {
    inFlight += by;
    for (const holder of holders) {
      const calls = (held.get(holder) ?? 0) + by;
      if (calls === 0) held.delete(holder);
      else held.set(holder, calls);
    }
  }

  return {
    max,
    get inFlight() {
      return inFlight;
    },
    hasRoom: (holders = []) => inFlight < max && !holders.some(isFull),
    async run(work, holders = []) {
      if (inFlight >= max) throw new BulkheadFullError(max);
      if (holders.some(isFull)) throw new BulkheadFullError(most);
      const each = new Set(holders);
      change(each, 1);
      try {
        return await work();
      } finally {
        change(each, -1);
      }
    },
  };
}
