import type { Clock } from '@plantcommunity/resilience';
import { AbandonedCallError, IdentificationError } from '../errors.ts';
import { createFairQueues, type Load, type QueueOwner } from './fair-queues.ts';

const RETRY_AFTER_MS = 5_000;
/** Maximum fraction of the waiting places for one owner while another owner waits. */
const SHARE = 1 / 4;

/** The subject that a decode counts for, and its priority. */
export interface DecodeOwner {
  /** Subject of the per-process limits. */
  subject: string;
  /** Counts in those limits, too, with all subjects of the same address. Undefined: the subject alone. */
  address?: string | undefined;
  /** Low priority: no caller waits for the result. */
  background: boolean;
}

export interface DecodeQueueOptions {
  /** Maximum concurrent decodes. */
  concurrency: number;
  /** Queue capacity for decodes that callers wait for. */
  capacity: number;
  /** Queue capacity for background decodes. */
  backgroundCapacity: number;
  /** Maximum memory of all running decodes together; a decode that needs more runs alone. Undefined: no limit. */
  maxBytes?: number;
  /** How long a decode that callers wait for may wait for its start. Undefined: no limit. */
  maxWait?: { ms: number; clock: Clock };
}

/**
 * Runs a few decodes at once and queues more, with fair queuing between addresses, and at an address between owners.
 * The next decode belongs to the address with the fewest running decodes, and there to the owner with the fewest; equal
 * ones take turns. So while others wait, no owner and no address has more than half of the running decodes (rounded up,
 * so that no slot is idle). Background decodes start only when no caller waits, and use at most half of the slots (but
 * at least one).
 */
export interface DecodeQueue<T> {
  /**
   * Runs `work` for `key` when its turn comes, or joins the decode of `key`: it runs once for all owners.
   * @throws {IdentificationError} `busy` when the queue is full, or the decode has waited too long for its start; with
   * `overShare` when the owner's own decodes are the reason
   * @throws {AbandonedCallError} once `signal` aborts; otherwise what `work` throws
   */
  run(owner: DecodeOwner, key: string, work: Work<T>, options?: RunOptions): Promise<T>;
  /** Returns the numbers of decodes; one that several owners wait for counts once. */
  size(): { running: number; waiting: number };
}

/** A decode. The signal aborts when no caller waits for it any more; it may then end early, with any error. */
type Work<T> = (signal: AbortSignal) => Promise<T>;

interface RunOptions {
  /** The memory that the decode needs. */
  bytes?: number;
  /** Aborts when the caller waits no longer; undefined: it waits for the end. */
  signal?: AbortSignal | undefined;
}

interface Job<T> {
  key: string;
  work: Work<T>;
  result: PromiseWithResolvers<T>;
  isRunning: boolean;
  bytes: number;
  /** Number of the callers that wait for it. */
  waiters: number;
  /** Aborted when the last of them has left. */
  abandoned: AbortController;
}

export function createDecodeQueue<T>(options: DecodeQueueOptions): DecodeQueue<T> {
  const { concurrency, maxBytes = Number.POSITIVE_INFINITY, maxWait } = options;
  let usedBytes = 0;
  const jobs = new Map<string, Job<T>>();
  const foreground = createPriority<T>(options.capacity, concurrency);
  const background = createPriority<T>(options.backgroundCapacity, Math.max(1, Math.floor(concurrency / 2)));

  const hasSlot = (priority: Priority<T>) =>
    priority.running() < priority.maxRunning && foreground.running() + background.running() < concurrency;

  const fits = ({ bytes }: Job<T>) => usedBytes === 0 || usedBytes + bytes <= maxBytes;

  async function start(priority: Priority<T>, owner: QueueOwner, job: Job<T>): Promise<void> {
    job.isRunning = true;
    foreground.queues.remove(job);
    background.queues.remove(job);
    priority.started(owner);
    usedBytes += job.bytes;
    await job.work(job.abandoned.signal).then(job.result.resolve, job.result.reject);
    priority.ended(owner);
    usedBytes -= job.bytes;
    forget(job);
    startNext();
  }

  /** Makes room for another decode of the key, which may have begun after this one was abandoned. */
  function forget(job: Job<T>): void {
    if (jobs.get(job.key) === job) jobs.delete(job.key);
  }

  function startNext(): void {
    for (const next of [foreground, background]) {
      while (hasSlot(next)) {
        const taken = next.queues.take(next.load, fits);
        if (taken === undefined) break;
        void start(next, taken.owner, taken.item);
      }
      // A decode that waits for memory is next: none of the background may take it away.
      if (!next.queues.isEmpty()) return;
    }
  }

  /** Adds the job to the owner's queue, which may displace the newest job of an owner over its share. */
  function wait(priority: Priority<T>, owner: QueueOwner, job: Job<T>): void {
    const placement = priority.queues.add(owner, job);
    if (!placement.placed) {
      // A job that already waits for another caller needs no further place.
      if (priority.queues.holds(job) || foreground.queues.holds(job)) return;
      throw busy(placement.overShare);
    }
    const { displaced } = placement;
    if (displaced === undefined) return;
    const { item, overShare } = displaced;
    if (foreground.queues.holds(item) || background.queues.holds(item)) return;
    jobs.delete(item.key);
    item.result.reject(busy(overShare));
  }

  /**
   * Waits for the job's end. Gives up when the signal aborts, or when the job has not started within `maxWait`. The last
   * caller that gives up ends the job.
   */
  async function waitFor(job: Job<T>, owner: QueueOwner, isBackground: boolean, signal?: AbortSignal): Promise<T> {
    job.waiters += 1;
    const left = Promise.withResolvers<never>();
    const leave = (reason: Error) => {
      stopWaiting();
      left.reject(reason);
      job.waiters -= 1;
      if (job.waiters === 0) abandon(job);
    };
    const onAbort = () => leave(new AbandonedCallError());
    const onLate = () => {
      if (!job.isRunning) leave(busy(foreground.queues.isOverShare(owner)));
    };
    const cancelLimit = isBackground ? undefined : maxWait?.clock.setTimeout(onLate, maxWait.ms);
    const stopWaiting = () => {
      signal?.removeEventListener('abort', onAbort);
      cancelLimit?.();
    };
    signal?.addEventListener('abort', onAbort, { once: true });
    try {
      return await Promise.race([job.result.promise, left.promise]);
    } finally {
      stopWaiting();
    }
  }

  function abandon(job: Job<T>): void {
    forget(job);
    foreground.queues.remove(job);
    background.queues.remove(job);
    job.abandoned.abort();
    startNext();
  }

  return {
    async run({ address, background: isBackground, subject }, key, work, { bytes = 0, signal } = {}) {
      if (signal?.aborted) throw new AbandonedCallError();
      const priority = isBackground ? background : foreground;
      const owner = { subject, address: address ?? subject };
      const job = jobs.get(key) ?? createJob(key, work, bytes);
      if (!job.isRunning) {
        const isNext = foreground.queues.isEmpty() && (!isBackground || background.queues.isEmpty());
        if (isNext && hasSlot(priority) && fits(job)) void start(priority, owner, job);
        else wait(priority, owner, job);
      }
      jobs.set(key, job);
      return waitFor(job, owner, isBackground, signal);
    },
    size() {
      const waiting = [...jobs.values()].filter(({ isRunning }) => !isRunning).length;
      return { running: foreground.running() + background.running(), waiting };
    },
  };
}

function createJob<T>(key: string, work: Work<T>, bytes: number): Job<T> {
  const result = Promise.withResolvers<T>();
  return { key, work, bytes, result, isRunning: false, waiters: 0, abandoned: new AbortController() };
}

/** The queues of one priority, and the number of its running decodes. */
interface Priority<T> extends ReturnType<typeof createPriority<T>> {}

function createPriority<T>(capacity: number, maxRunning: number) {
  const bySubject = new Map<string, number>();
  const byAddress = new Map<string, number>();
  let running = 0;
  const load: Load = {
    ofSubject: (subject) => bySubject.get(subject) ?? 0,
    ofAddress: (address) => byAddress.get(address) ?? 0,
  };
  function change({ address, subject }: QueueOwner, by: number): void {
    running += by;
    add(bySubject, subject, by);
    add(byAddress, address, by);
  }
  return {
    maxRunning,
    queues: createFairQueues<Job<T>>({ capacity, share: Math.ceil(capacity * SHARE) }),
    load,
    running: () => running,
    started: (owner: QueueOwner) => change(owner, 1),
    ended: (owner: QueueOwner) => change(owner, -1),
  };
}

function add(counts: Map<string, number>, key: string, by: number): void {
  const count = (counts.get(key) ?? 0) + by;
  if (count === 0) counts.delete(key);
  else counts.set(key, count);
}

function busy(overShare: boolean): IdentificationError {
  const message = 'Too many photos are being read right now. Please try again in a few seconds.';
  return new IdentificationError('busy', message, { retryAfterMs: RETRY_AFTER_MS, overShare });
}
