import { checkRange } from '../range.ts';
import type { Lifetime } from './types.ts';

const VERSION = 1;
/** Types that JSON cannot represent. */
const NOT_JSON: ReadonlySet<string> = new Set(['undefined', 'function', 'symbol', 'bigint']);

/** A value as it is stored under one key, with all that is needed to judge it. Times are in milliseconds. */
export interface Envelope {
  readonly v: typeof VERSION;
  readonly value: unknown;
  /** Since 1970, because other machines read it, too. */
  readonly writtenAt: number;
  readonly ttlMs: number;
  readonly staleMs: number;
  /** How long the load took. */
  readonly loadMs: number;
  /** Whether the value is provisional (`Lifetime`); the name is part of the stored format. */
  readonly yields: boolean;
}

export function encode(value: unknown, lifetime: Lifetime, now: number, loadMs: number): Envelope {
  const { ttlMs, staleMs = 0, provisional = false } = lifetime;
  return { v: VERSION, value, writtenAt: now, ttlMs, staleMs, loadMs, yields: provisional };
}

/** Returns the envelope, or undefined for foreign data. */
export function decode(read: unknown): Envelope | undefined {
  return isEnvelope(read) ? read : undefined;
}

/** Never negative, although the clock of another machine may be ahead. */
export function ageMs(envelope: Envelope, now: number): number {
  return Math.max(0, now - envelope.writtenAt);
}

export function isStale(envelope: Envelope, now: number): boolean {
  return ageMs(envelope, now) >= envelope.ttlMs;
}

/** Returns how much longer to keep the value, fresh or stale; 0 when it is over. */
export function remainingMs(envelope: Envelope, now: number): number {
  return Math.max(0, Math.max(envelope.ttlMs, envelope.staleMs) - ageMs(envelope, now));
}

/**
 * Whether to reload a value that is still fresh, so that readers of a busy key never meet its end together: optimal
 * probabilistic early recomputation ("XFetch", Vattani, Chierichetti, Lowenstein 2015). Each read draws; the longer the
 * last load took and the nearer the end, the likelier.
 * @param random 0 up to 1 @param beta above 1: earlier, under 1: later
 */
export function isRefreshDue(envelope: Envelope, now: number, random: () => number, beta = 1): boolean {
  const leftMs = envelope.ttlMs - ageMs(envelope, now);
  // 1 - random() is never 0, which has no logarithm.
  return -envelope.loadMs * beta * Math.log(1 - random()) >= leftMs;
}

/** @throws {RangeError} naming the time that is out of range */
export function checkLifetime({ ttlMs, staleMs }: Lifetime): void {
  checkRange('ttlMs', ttlMs, { min: 1 });
  if (staleMs !== undefined) checkRange('staleMs', staleMs, { min: 0 });
}

/** Checks that JSON can represent a loaded value. @throws {TypeError} if the value would be lost or changed */
export function checkValue(key: string, value: unknown): void {
  const isLost = NOT_JSON.has(typeof value) || (typeof value === 'number' && !Number.isFinite(value));
  if (!isLost) return;
  throw new TypeError(
    `the load of ${key} returned ${String(value)}, which JSON cannot represent: return null for no value`,
  );
}

function isEnvelope(read: unknown): read is Envelope {
  if (typeof read !== 'object' || read === null) return false;
  const { v, writtenAt, ttlMs, staleMs, loadMs, yields }: Partial<Record<keyof Envelope, unknown>> = read;
  const isTimed = [writtenAt, ttlMs, staleMs, loadMs].every(Number.isFinite);
  return v === VERSION && isTimed && typeof yields === 'boolean' && 'value' in read;
}
