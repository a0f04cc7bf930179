import { ResilienceError } from './errors.ts';
import { checkRange } from './range.ts';

/** The share of the places that the calls of one holder may take. */
const HOLDER_SHARE = 1 / 2;

/** Options of one call. */
export interface BulkheadCall {
  /** The call counts against each of these, for example an account and its address. */
  readonly holders?: readonly string[] | undefined;
}

/**
 * A cap on the calls in flight from this process to one service. A call above the cap is refused at once, never queued.
 * Each holder that a call names may take at most half of the places (rounded up), so that one busy account cannot take
 * a slow service from all others.
 */
export interface Bulkhead {
  /** @throws {BulkheadFullError} without calling `work` */
  execute<T>(work: () => Promise<T>, options?: BulkheadCall): Promise<T>;
  readonly inFlight: number;
  readonly max: number;
  /** Whether `execute` would call its work now. */
  hasRoom(holders?: readonly string[]): boolean;
}

export class BulkheadFullError extends ResilienceError {
  override readonly name = 'BulkheadFullError';

  constructor(calls: number) {
    super('bulkhead_full', `${calls} calls are in flight already`);
  }
}

/**
 * Makes a bulkhead.
 * @param options.max calls in flight at once, 1 or more
 * @throws {RangeError} for an invalid `max`
 */
export function createBulkhead(options: { readonly max: number }): Bulkhead {
  const { max } = options;
  checkRange('max', max, { min: 1, whole: true });
  const maxPerHolder = Math.ceil(max * HOLDER_SHARE);
  const callsOf = new Map<string, number>();
  let inFlight = 0;

  const isFull = (holder: string) => (callsOf.get(holder) ?? 0) >= maxPerHolder;

  function count(holders: ReadonlySet<string>, change: number): void {
    inFlight += change;
    for (const holder of holders) {
      const calls = (callsOf.get(holder) ?? 0) + change;
      if (calls === 0) callsOf.delete(holder);
      else callsOf.set(holder, calls);
    }
  }

  return {
    max,
    get inFlight() {
      return inFlight;
    },
    hasRoom: (holders = []) => inFlight < max && !holders.some(isFull),
    async execute(work, { holders = [] } = {}) {
      if (inFlight >= max) throw new BulkheadFullError(max);
      if (holders.some(isFull)) throw new BulkheadFullError(maxPerHolder);
      const distinct = new Set(holders);
      count(distinct, 1);
      try {
        return await work();
      } finally {
        count(distinct, -1);
      }
    },
  };
}
