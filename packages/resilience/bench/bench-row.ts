interface Figure {
  readonly name: string;
  readonly value: number;
}

/** One line of the table of the bench; values are medians of the rounds' medians unless the name says otherwise. */
export interface BenchRow {
  readonly name: string;
  /** Unit of all values: milliseconds, or a number of loads. */
  readonly unit: 'ms' | 'loads';
  /** The least that the machine needs, or the value that the bar is set against. */
  readonly floor: number;
  readonly ours: number;
  /** Ours divided by the value that the bar is set against: median of the rounds' ratios, and their extremes. */
  readonly ratio: number;
  readonly lowest: number;
  readonly highest: number;
  readonly bar: string;
  readonly holds: boolean;
  /** Values of other libraries in the same run, also where they are better. */
  readonly peers: readonly Figure[];
}
