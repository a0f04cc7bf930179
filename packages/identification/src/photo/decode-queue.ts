import { IdentificationError } from '../errors.ts';
import { createFairQueues } from './fair-queues.ts';

const RETRY_AFTER_MS = 5_000;
/** Maximum fraction of the waiting places for one owner while another owner waits. */
const SHARE = 1 / 4;

/** The subject that a decode counts for, and its priority. */
export interface DecodeOwner {
  /** Subject of the per-process limits. */
  subject: string;
  /** Low priority: no caller waits for the result. */
  background: boolean;
}

export interface DecodeQueueOptions {
  /** Maximum concurrent decodes. */
  concurrency: number;
  /** Queue capacity for decodes that callers wait for. */
  waiting: number;
  /** Queue capacity for background decodes. */
  waitingInBackground: number;
}

/**
 * Runs a few decodes at once and queues some more, with fair queuing between owners: the next decode is of the owner
 * with the fewest running decodes, and owners with equally many take turns. So while another owner waits, no owner has
 * more than half of the running decodes (rounded up, so that no slot is idle). Background decodes start only when no
 * caller waits, and use at most half of the slots (but at least one).
 */
export interface DecodeQueue<T> {
  /**
   * Runs `work` for `key` when its turn comes, or joins the decode of `key`: it runs once for all owners.
   * @throws {IdentificationError} `busy` when the queue is full, with `overShare` when the owner's own decodes are the
   * reason; otherwise what `work` throws
   */
  run(owner: DecodeOwner, key: string, work: () => Promise<T>): Promise<T>;
}

interface Job<T> {
  key: string;
  work: () => Promise<T>;
  result: PromiseWithResolvers<T>;
  isRunning: boolean;
}

export function createDecodeQueue<T>(options: DecodeQueueOptions): DecodeQueue<T> {
  const { concurrency } = options;
  const jobs = new Map<string, Job<T>>();
  const front = createLane<T>(options.waiting, concurrency);
  const back = createLane<T>(options.waitingInBackground, Math.max(1, Math.floor(concurrency / 2)));

  const hasPlace = (lane: Lane<T>) => lane.running() < lane.most && front.running() + back.running() < concurrency;

  async function start(lane: Lane<T>, owner: string, job: Job<T>): Promise<void> {
    job.isRunning = true;
    front.queues.remove(job);
    back.queues.remove(job);
    lane.enter(owner);
    await job.work().then(job.result.resolve, job.result.reject);
    lane.leave(owner);
    jobs.delete(job.key);
    for (const next of [front, back]) {
      while (hasPlace(next)) {
        const taken = next.queues.take(next.load);
        if (taken === undefined) break;
        void start(next, taken.owner, taken.item);
      }
    }
  }

  /** Adds the job to the owner's queue, which may displace the newest job of an owner over its share. */
  function wait(lane: Lane<T>, owner: string, job: Job<T>): void {
    const placement = lane.queues.add(owner, job);
    if (!placement.placed) {
      // A job that already waits for another caller needs no further place.
      if (lane.queues.holds(job) || front.queues.holds(job)) return;
      throw busy(placement.overShare);
    }
    const { displaced } = placement;
    if (displaced === undefined) return;
    const { item, overShare } = displaced;
    if (front.queues.holds(item) || back.queues.holds(item)) return;
    jobs.delete(item.key);
    item.result.reject(busy(overShare));
  }

  return {
    async run({ background, subject }, key, work) {
      const lane = background ? back : front;
      const job = jobs.get(key) ?? { key, work, result: Promise.withResolvers<T>(), isRunning: false };
      if (!job.isRunning) {
        if (hasPlace(lane)) void start(lane, subject, job);
        else wait(lane, subject, job);
      }
      jobs.set(key, job);
      return job.result.promise;
    },
  };
}

/** The queues of one priority, and the number of its running decodes. */
interface Lane<T> extends ReturnType<typeof createLane<T>> {}

function createLane<T>(capacity: number, most: number) {
  const byOwner = new Map<string, number>();
  let running = 0;
  const load = (owner: string) => byOwner.get(owner) ?? 0;
  function change(owner: string, by: number): void {
    running += by;
    byOwner.set(owner, load(owner) + by);
    if (load(owner) === 0) byOwner.delete(owner);
  }
  return {
    most,
    queues: createFairQueues<Job<T>>({ capacity, share: Math.ceil(capacity * SHARE) }),
    load,
    running: () => running,
    enter: (owner: string) => change(owner, 1),
    leave: (owner: string) => change(owner, -1),
  };
}

function busy(overShare: boolean): IdentificationError {
  const message = 'Too many photos are being read right now. Please try again in a few seconds.';
  return new IdentificationError('busy', message, { retryAfterMs: RETRY_AFTER_MS, overShare });
}
