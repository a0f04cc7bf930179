import { Gauge, type Registry } from '@prometheus-io/client';

/** Adds a gauge whose value each scrape reads. */
export function addReadGauge(registry: Registry, options: { name: string; help: string; read: () => number }): void {
  const { help, name, read } = options;
  const gauge: Gauge = new Gauge({ name, help, registers: [registry], collect: () => gauge.set(read()) });
}
