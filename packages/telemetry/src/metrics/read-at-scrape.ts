import { Counter, Gauge, type LabelValues, type Registry } from '@prometheus-io/client';

/** One value of a metric. */
interface Reading<Label extends string> {
  readonly labels: LabelValues<Label>;
  readonly value: number;
}

interface ReadMetric<Label extends string> {
  readonly name: string;
  readonly help: string;
  readonly labelNames?: readonly Label[];
  /** Returns all values at the moment, those without labels as a number; undefined for an unknown one. */
  readonly read: () => readonly Reading<Label>[] | number | undefined;
}

/** Adds a gauge whose values each scrape reads, so that no timer runs and nothing is copied. */
export function addReadGauge<Label extends string = never>(registry: Registry, options: ReadMetric<Label>): void {
  const { help, labelNames = [], name, read } = options;
  const gauge: Gauge<Label> = new Gauge({
    name,
    help,
    labelNames: [...labelNames],
    registers: [registry],
    collect() {
      // A value may be gone, such as that of a quota whose limit has ended.
      gauge.reset();
      const values = read();
      if (typeof values === 'number') gauge.set(values);
      else for (const { labels, value } of values ?? []) gauge.set(labels, value);
    },
  });
}

/** Adds a counter whose totals each scrape reads. */
export function addReadCounter<Label extends string = never>(registry: Registry, options: ReadMetric<Label>): void {
  const { help, labelNames = [], name, read } = options;
  const counter: Counter<Label> = new Counter({
    name,
    help,
    labelNames: [...labelNames],
    registers: [registry],
    collect() {
      counter.reset();
      const values = read();
      if (typeof values === 'number') counter.inc(values);
      else for (const { labels, value } of values ?? []) counter.inc(labels, value);
    },
  });
}
