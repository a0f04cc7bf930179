/** Each bucket ends at this multiple of the one before. */
const GROWTH = 1.039;
/** Up to ten minutes; longer durations are in the last bucket. */
const BUCKETS = 350;
const LOG_GROWTH = Math.log(GROWTH);

/** Pairs of a bucket's index and its count, in one list. */
export type EncodedHistogram = readonly number[];

/**
 * Durations on a logarithmic scale: histograms of several processes and minutes can be added up. Quantiles by the
 * nearest rank are within 2 % of the exact ones for durations from 1 ms to 10 min; shorter ones count as 1 ms.
 */
export class DurationHistogram {
  readonly #counts = new Uint32Array(BUCKETS);
  #total = 0;

  /** Reads what `encode` returned. Ignores buckets that this version does not have. */
  static decode(encoded: EncodedHistogram): DurationHistogram {
    const histogram = new DurationHistogram();
    for (let n = 0; n + 1 < encoded.length; n += 2) histogram.#add(encoded[n] ?? BUCKETS, encoded[n + 1] ?? 0);
    return histogram;
  }

  get total(): number {
    return this.#total;
  }

  record(ms: number): void {
    this.#add(ms <= 1 ? 0 : Math.min(BUCKETS - 1, Math.ceil(Math.log(ms) / LOG_GROWTH)), 1);
  }

  addAll(other: DurationHistogram): void {
    for (let index = 0; index < BUCKETS; index += 1) this.#add(index, other.#counts[index] ?? 0);
  }

  /** Returns the duration, in milliseconds, that this share of all does not exceed; undefined without any. */
  quantile(share: number): number | undefined {
    if (this.#total === 0) return undefined;
    let left = Math.ceil(this.#total * share);
    const index = this.#counts.findIndex((count) => (left -= count) <= 0);
    return index === 0 ? 1 : Number(((2 * GROWTH ** index) / (GROWTH + 1)).toPrecision(4));
  }

  encode(): EncodedHistogram {
    const encoded: number[] = [];
    for (const [index, count] of this.#counts.entries()) if (count > 0) encoded.push(index, count);
    return encoded;
  }

  #add(index: number, count: number): void {
    if (index >= BUCKETS) return;
    this.#counts[index] = (this.#counts[index] ?? 0) + count;
    this.#total += count;
  }
}
