const DAY_MS = 86_400_000;

/** Identifications of the day, which ends at midnight UTC. Refused ones count too, but for refusals of the key. */
export class DailyQuota {
  readonly #perDay: number;
  #day = '';
  #count = 0;

  constructor(perDay: number) {
    this.#perDay = perDay;
  }

  spend(now: number): void {
    this.#turnTo(now);
    this.#count += 1;
  }

  isUsedUp(now: number): boolean {
    return this.remaining(now) === 0;
  }

  remaining(now: number): number {
    this.#turnTo(now);
    return Math.max(0, this.#perDay - this.#count);
  }

  /** As `/quota/daily` answers. */
  body(now: number, empty: boolean): object {
    const remaining = empty ? 0 : this.remaining(now);
    return {
      day: dayOf(now),
      quota: { identify: { count: this.#perDay - remaining, total: this.#perDay, remaining } },
    };
  }

  /** As every identification carries them (IETF draft 8 of RateLimit header fields). */
  headers(now: number, empty: boolean): Record<string, string> {
    const remaining = empty ? 0 : this.remaining(now);
    const reset = Math.ceil((nextDay(now) - now) / 1000);
    return {
      'RateLimit-Policy': `"dailyQuota";q=${this.#perDay};w=86400;pk=:c2ltdWxhdG9y:`,
      RateLimit: `"dailyQuota";r=${remaining};t=${reset};pk=:c2ltdWxhdG9y:`,
      ...(remaining === 0 && { 'Retry-After': new Date(nextDay(now)).toUTCString() }),
    };
  }

  #turnTo(now: number): void {
    const day = dayOf(now);
    if (day === this.#day) return;
    this.#day = day;
    this.#count = 0;
  }
}

function dayOf(now: number): string {
  return new Date(now).toISOString().slice(0, 10);
}

function nextDay(now: number): number {
  return (Math.floor(now / DAY_MS) + 1) * DAY_MS;
}
