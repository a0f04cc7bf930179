interface Figure {
  readonly name: string;
  readonly value: number;
}

/** One line of the bench's table; values are medians of the rounds' medians unless the name says otherwise. */
export interface BenchRow {
  readonly name: string;
  /** Of all values: milliseconds, or how often something was loaded. */
  readonly unit: 'ms' | 'loads';
  /** What nothing could go below, or what the bar is set against. */
  readonly floor: number;
  readonly ours: number;
  /** Ours over what the bar is set against: median of the rounds' ratios, and the lowest and highest of them. */
  readonly ratio: number;
  readonly lowest: number;
  readonly highest: number;
  readonly bar: string;
  readonly holds: boolean;
  /** How others do at the same in the same run, also where they do better. */
  readonly peers: readonly Figure[];
}
