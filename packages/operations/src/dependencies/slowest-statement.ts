import { type EndedStatement, statementText } from '@plantcommunity/db';
import type { Clock } from '@plantcommunity/resilience';
import { MINUTE_MS } from '../durations.ts';

const MINUTES = 60;

/** Keeps the slowest statement of each of the last 60 minutes. */
export class SlowestStatement {
  readonly #clock: Clock;
  /** One place per minute of the hour. */
  readonly #minutes: ({ minute: number } & EndedStatement)[] = [];

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  record({ durationMs, sql }: EndedStatement): void {
    const minute = Math.floor(this.#clock.now() / MINUTE_MS);
    const slowest = this.#minutes[minute % MINUTES];
    if (slowest?.minute === minute && slowest.durationMs >= durationMs) return;
    this.#minutes[minute % MINUTES] = { minute, durationMs, sql };
  }

  /** Returns the slowest statement of the last 60 minutes, without values; undefined when there was none. */
  read(): { durationMs: number; statement: string } | undefined {
    const now = Math.floor(this.#clock.now() / MINUTE_MS);
    const recent = this.#minutes.filter((slowest) => now - slowest.minute < MINUTES);
    const [slowest] = recent.toSorted((one, other) => other.durationMs - one.durationMs);
    return slowest && { durationMs: slowest.durationMs, statement: statementText(slowest.sql) };
  }
}
