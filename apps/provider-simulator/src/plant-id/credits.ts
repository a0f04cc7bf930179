const TOTAL = 100_000;

/** Credits of the one account behind every key. */
export class Credits {
  #used = 0;

  spend(credits: number): void {
    this.#used += credits;
  }

  /** As usage_info answers; `empty`: nothing is left. */
  usage(empty: boolean, reason: string): object {
    const total = empty ? this.#used : TOTAL;
    return {
      active: true,
      credit_limits: { day: null, week: null, month: null, total },
      used: { day: this.#used, week: this.#used, month: this.#used, total: this.#used },
      can_use_credits: { value: !empty, reason: empty ? reason : null },
      remaining: { day: null, week: null, month: null, total: total - this.#used },
    };
  }
}
