interface Figure {
  readonly name: string;
  readonly ms: number;
}

/** One line of the bench's table; times are medians of the rounds' medians unless the name says otherwise. */
export interface BenchRow {
  readonly name: string;
  /** What nothing could go below, or what the bar is set against. */
  readonly floorMs: number;
  readonly oursMs: number;
  /** Ours over what the bar is set against: median of the rounds' ratios, and the lowest and highest of them. */
  readonly ratio: number;
  readonly lowest: number;
  readonly highest: number;
  readonly bar: string;
  readonly holds: boolean;
  /** How others do at the same in the same run, also where they do better. */
  readonly peers: readonly Figure[];
}
