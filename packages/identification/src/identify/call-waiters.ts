import type { Cancel, Clock } from '@plantcommunity/resilience';
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

  /**
   * Runs one call for the question, which is sent only while a request waits for it.
   *
   * @param record shares the call with other processes while it is in flight
   * @param call awaits `checked`, and calls `onSent` just before it sends; either may throw to keep it from sending
   * @throws {AbandonedCallError} when no request waits for it any more
   */
  async callWhileAwaited<In, Out>(
    key: string,
    ready: Promise<In>,
    record: { add(key: string): void; remove(key: string): void },
    call: (checked: Promise<In>, onSent: () => void) => Promise<Out>,
  ): Promise<Out> {
    // Checked before quota is reserved for the call.
    const checked = ready.then((value) => {
      this.check(key);
      return value;
    });
    try {
      return await call(checked, () => {
        this.send(key);
        record.add(key);
      });
    } finally {
      this.end(key);
      record.remove(key);
    }
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

/** How long a request waits for a call that was already late when the request joined it. */
const LATE_CALL_MS = 10000;

/** A call is late after this many times its usual p95. */
const LATE_FACTOR = 2;

/**
 * Limits how long a request waits for a provider call of another request. A hanging call is never aborted, but a
 * request that joins it late waits only `LATE_CALL_MS`. A request waits until its deadline for its own call, and while
 * the provider's p95 is unknown.
 */
export class WaitLimit {
  /** Aborts when the request stops waiting: because of a late call, its deadline, or a caller who has left. */
  readonly signal: AbortSignal;
  readonly #clock: Clock;
  readonly #slowMs: number | undefined;
  readonly #end = new AbortController();
  #isKnown = false;
  #cancel: Cancel = () => undefined;

  /** @param slowMs the usual p95; undefined: unknown */
  constructor(clock: Clock, slowMs: number | undefined, signal: AbortSignal) {
    this.#clock = clock;
    this.#slowMs = slowMs;
    this.signal = AbortSignal.any([signal, this.#end.signal]);
  }

  /** Whether the wait ended because of a late call. */
  get isOver(): boolean {
    return this.#end.signal.aborted;
  }

  /** Call when the request sends (0) or joins a call of this process that was sent `agoMs` ago. */
  sent(agoMs: number): void {
    this.#isKnown = true;
    this.#cancel();
    this.#limit(agoMs);
  }

  /** Call with the age of a call of another process; undefined when none is known. */
  sentElsewhere(agoMs: number | undefined): void {
    if (!this.#isKnown && agoMs !== undefined) this.#limit(agoMs);
  }

  close(): void {
    this.#isKnown = true;
    this.#cancel();
  }

  #limit(agoMs: number): void {
    if (this.#slowMs === undefined || agoMs <= LATE_FACTOR * this.#slowMs) return;
    this.#cancel = this.#clock.setTimeout(() => this.#end.abort(), LATE_CALL_MS);
  }
}
