import { IdentificationError } from '../errors.ts';
import { createFairLines } from './fair-lines.ts';

const RETRY_AFTER_MS = 5_000;
/** The part of the places that an owner has while another owner waits. */
const SHARE = 1 / 4;

/** Who wants a photo decoded. */
export interface DecodeOwner {
  /** Counts in the shares of this process. */
  subject: string;
  /** No caller waits for it. */
  background: boolean;
}

export interface DecodeQueueOptions {
  /** Decodes that run at once. */
  concurrency: number;
  /** Places for decodes that callers wait for. */
  waiting: number;
  /** Places for background decodes. */
  waitingInBackground: number;
}

/**
 * Runs a few decodes at once, lets some wait, and shares both fairly between owners. Next is the owner with the fewest
 * running decodes, owners with as many take turns: while another owner waits, none has more than half of the decodes
 * (rounded up, so that no place is idle). Background decodes run only when no caller waits, and leave at least half of
 * the places free for callers wherever there are two.
 */
export interface DecodeQueue<T> {
  /**
   * Joins the decode of `key`, or adds it with `work`: one run, however many owners want it.
   * @throws {IdentificationError} `busy` without a place for it, `overShare` when the owner's own decodes are the reason;
   * otherwise what `work` throws
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
    front.lines.remove(job);
    back.lines.remove(job);
    lane.enter(owner);
    await job.work().then(job.result.resolve, job.result.reject);
    lane.leave(owner);
    jobs.delete(job.key);
    for (const next of [front, back]) {
      while (hasPlace(next)) {
        const taken = next.lines.take(next.load);
        if (taken === undefined) break;
        void start(next, taken.owner, taken.item);
      }
    }
  }

  /** Places the job in the owner's line, which may cost an owner over its share the place of its newest job. */
  function wait(lane: Lane<T>, owner: string, job: Job<T>): void {
    const placement = lane.lines.add(owner, job);
    if (!placement.placed) {
      // Joining a job that already waits for another caller takes no place.
      if (lane.lines.holds(job) || front.lines.holds(job)) return;
      throw busy(placement.overShare);
    }
    const { displaced } = placement;
    if (displaced === undefined) return;
    const { item, overShare } = displaced;
    if (front.lines.holds(item) || back.lines.holds(item)) return;
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

/** The lines of one kind of decodes, and how many of them run. */
interface Lane<T> extends ReturnType<typeof createLane<T>> {}

function createLane<T>(room: number, most: number) {
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
    lines: createFairLines<Job<T>>({ room, share: Math.ceil(room * SHARE) }),
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
