export interface Figure {
  name: string;
  value: number;
}

/** A line of the table, as the packages' own benches print it too. */
export interface BenchRow {
  name: string;
  /** Of all values: milliseconds, megabytes (10^6 bytes), or how often something was loaded. */
  unit: 'ms' | 'MB' | 'loads';
  /** Medians of the rounds' medians. */
  floor: number;
  ours: number;
  /** Median of the rounds' ratios, and the lowest and highest of them. */
  ratio: number;
  lowest: number;
  highest: number;
  bar: string;
  holds: boolean;
  /** How others do in the same run, also where they do better. */
  peers: Figure[];
}
