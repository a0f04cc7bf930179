export interface Figure {
  name: string;
  ms: number;
}

/** A line of the table, as the packages' own benches print it too. */
export interface BenchRow {
  name: string;
  /** Medians of the rounds' medians. */
  floorMs: number;
  oursMs: number;
  /** Median of the rounds' ratios, and the lowest and highest of them. */
  ratio: number;
  lowest: number;
  highest: number;
  bar: string;
  holds: boolean;
  /** How others do in the same run, also where they do better. */
  peers: Figure[];
}
