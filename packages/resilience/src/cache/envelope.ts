import type { Lifetime } from './types.ts';

const VERSION = 1;

/** What is kept under one key: the value with everything needed to judge it. Times are in milliseconds. */
export interface Envelope {
  readonly v: typeof VERSION;
  readonly value: unknown;
  /** Since 1970: other machines read it too. */
  readonly writtenAt: number;
  readonly ttlMs: number;
  readonly staleMs: number;
  /** How long its load took. */
  readonly loadMs: number;
  /** Never written over one that does not yield. */
  readonly yields: boolean;
}

export function encode(value: unknown, lifetime: Lifetime, now: number, loadMs: number): Envelope {
  const { ttlMs, staleMs, provisional: yields = false } = lifetime;
  return { v: VERSION, value, writtenAt: now, ttlMs, staleMs, loadMs, yields };
}

/** The envelope that was read, or undefined for anything that is none of ours. */
export function decode(read: unknown): Envelope | undefined {
  return isEnvelope(read) ? read : undefined;
}

/** Never negative, though another machine's clock may be ahead. */
export function ageMs(envelope: Envelope, now: number): number {
  return Math.max(0, now - envelope.writtenAt);
}

export function isStale(envelope: Envelope, now: number): boolean {
  return ageMs(envelope, now) >= envelope.ttlMs;
}

/** How much longer it is worth keeping, stale or not; 0 when no longer. */
export function keepMs(envelope: Envelope, now: number): number {
  return Math.max(0, Math.max(envelope.ttlMs, envelope.staleMs) - ageMs(envelope, now));
}

function isEnvelope(read: unknown): read is Envelope {
  if (typeof read !== 'object' || read === null) return false;
  const { v, writtenAt, ttlMs, staleMs, loadMs, yields }: Partial<Record<keyof Envelope, unknown>> = read;
  const isTimed = [writtenAt, ttlMs, staleMs, loadMs].every(Number.isFinite);
  return v === VERSION && isTimed && typeof yields === 'boolean' && 'value' in read;
}
