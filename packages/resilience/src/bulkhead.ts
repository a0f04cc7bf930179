import { checkRange } from './in-range.ts';
import { ResilienceError } from './resilience-error.ts';

/** A cap on calls in flight to one service from this process; above it a call is refused at once, never queued. */
export interface Bulkhead {
  /** @throws {BulkheadFullError} without calling `work` */
  run<T>(work: () => Promise<T>): Promise<T>;
  readonly inFlight: number;
  readonly max: number;
  hasRoom(): boolean;
}

export class BulkheadFullError extends ResilienceError {
  override readonly name = 'BulkheadFullError';

  constructor(max: number) {
    super('bulkhead_full', `${max} calls are in flight already`);
  }
}

/**
 * @param options.max calls at once, 1 or more
 * @throws {RangeError} when `max` cannot be
 */
export function createBulkhead(options: { max: number }): Bulkhead {
  const { max } = options;
  checkRange('max', max, { min: 1, whole: true });
  let inFlight = 0;
  return {
    max,
    get inFlight() {
      return inFlight;
    },
    hasRoom: () => inFlight < max,
    async run(work) {
      if (inFlight >= max) throw new BulkheadFullError(max);
      inFlight += 1;
      try {
        return await work();
      } finally {
        inFlight -= 1;
      }
    },
  };
}
