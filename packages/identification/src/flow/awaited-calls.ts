import type { Clock } from '@plantcommunity/resilience';
import { AbandonedCallError } from '../errors.ts';

/** A request that waits for a provider's answer. */
export interface Waiter {
  /** Aborts when the request is past its deadline or its caller has gone. */
  readonly signal: AbortSignal;
  /**
   * Hears that a call left for the request, or that it joined one that left `agoMs` ago. `pays`: of those who wait, it
   * pays.
   */
  onSent(pays: boolean, agoMs: number): void;
}

interface Awaited {
  readonly waiters: Set<Waiter>;
  /** By the monotonic clock; undefined: no call is out. */
  sentAt: number | undefined;
}

/**
 * The requests of this process that wait for each question to a provider. A call leaves only while one of them waits:
 * an answer to a request that was written off would be paid for nothing. A call that has left stays out.
 */
export class AwaitedCalls {
  readonly #questions = new Map<string, Awaited>();
  readonly #clock: Clock;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Adds a waiter to the question `key`. Returns a function that removes the waiter. */
  add(key: string, waiter: Waiter): () => void {
    const question = this.#questions.get(key) ?? { waiters: new Set(), sentAt: undefined };
    this.#questions.set(key, question);
    question.waiters.add(waiter);
    if (question.sentAt !== undefined) waiter.onSent(false, this.#clock.monotonic() - question.sentAt);
    return () => {
      question.waiters.delete(waiter);
      this.#forget(key, question);
    };
  }

  /** @throws {AbandonedCallError} when no request waits for the question any more */
  check(key: string): void {
    this.#waitingFor(key);
  }

  /**
   * Marks the question's call as out. The request that has waited longest pays for it.
   * @throws {AbandonedCallError} when no request waits for it any more: the call must not leave then
   */
  send(key: string): void {
    const { question, waiting } = this.#waitingFor(key);
    question.sentAt = this.#clock.monotonic();
    for (const [place, waiter] of waiting.entries()) waiter.onSent(place === 0, 0);
  }

  /** Marks the question's call, if one is out, as over. */
  end(key: string): void {
    const question = this.#questions.get(key);
    if (question === undefined) return;
    question.sentAt = undefined;
    this.#forget(key, question);
  }

  #waitingFor(key: string): { question: Awaited; waiting: readonly Waiter[] } {
    const question = this.#questions.get(key);
    const waiting = [...(question?.waiters ?? [])].filter(({ signal }) => !signal.aborted);
    if (question === undefined || waiting.length === 0) throw new AbandonedCallError();
    return { question, waiting };
  }

  #forget(key: string, question: Awaited): void {
    if (question.waiters.size === 0 && question.sentAt === undefined) this.#questions.delete(key);
  }
}

/** Loads again for a request that joined a load at the moment when all others had abandoned it. */
export async function loadWhileAwaited<T>(load: () => Promise<T>, signal: AbortSignal): Promise<T> {
  try {
    return await load();
  } catch (error) {
    if (!(error instanceof AbandonedCallError) || signal.aborted) throw error;
    return load();
  }
}
