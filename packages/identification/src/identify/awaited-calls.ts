import type { Clock } from '@plantcommunity/resilience';
import { AbandonedCallError } from '../errors.ts';

/** A request that waits for a provider's answer. */
export interface Waiter {
  /** Aborts when the request is past its deadline or its caller has gone. */
  readonly signal: AbortSignal;
  /**
   * Called when a call is sent for the request, or when the request joins a call that was sent `agoMs` ago. `pays`:
   * this waiter is charged for the call.
   */
  onSent(pays: boolean, agoMs: number): void;
}

interface Awaited {
  readonly waiters: Set<Waiter>;
  /** By the monotonic clock; undefined while no call is in flight. */
  sentAt: number | undefined;
}

/**
 * Tracks the requests of this process that wait for each question to a provider. A call is sent only while a request
 * waits for it: the answer would be paid for, but not used. A call that has been sent is never aborted.
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

  /** Checks that a request still waits for the question. @throws {AbandonedCallError} otherwise */
  check(key: string): void {
    this.#waitingFor(key);
  }

  /**
   * Marks the question's call as in flight. The request that has waited longest pays for it.
   * @throws {AbandonedCallError} when no request waits for it any more: do not send the call then
   */
  send(key: string): void {
    const { question, waiting } = this.#waitingFor(key);
    question.sentAt = this.#clock.monotonic();
    for (const [place, waiter] of waiting.entries()) waiter.onSent(place === 0, 0);
  }

  /** Marks the question's call, if one is in flight, as over. */
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

/** Runs `load`, and again if the request joined a load just as its last waiter left. */
export async function loadWhileAwaited<T>(load: () => Promise<T>, signal: AbortSignal): Promise<T> {
  try {
    return await load();
  } catch (error) {
    if (!(error instanceof AbandonedCallError) || signal.aborted) throw error;
    return load();
  }
}
