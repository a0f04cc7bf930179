import { Gauge, Histogram, type Registry } from '@prometheus-io/client';

/** Photo decodes at the time of the scrape. */
interface DecodeNumbers {
  readonly running: number;
  readonly waiting: number;
}

/** Metrics of photo decodes. */
export interface DecodeMetrics {
  /** Makes the gauges read `numbers` at each scrape. */
  watch(numbers: () => DecodeNumbers): void;
  /** Records a decode at its end, without its wait in the queue. */
  record(durationMs: number): void;
}

/** Seconds; the decoder stops after 10 s. */
const BUCKETS = [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

export function createDecodeMetrics(registry: Registry): DecodeMetrics {
  let read: () => DecodeNumbers = () => ({ running: 0, waiting: 0 });
  const duration = new Histogram({
    name: 'plantcommunity_photo_decode_duration_seconds',
    help: 'Duration of photo decodes, without their wait in the queue.',
    buckets: BUCKETS,
    registers: [registry],
  });
  registry.registerMetric(
    new Gauge({
      name: 'plantcommunity_photo_decodes',
      help: 'Photo decodes of this process that are running, or waiting in the queue.',
      labelNames: ['state'],
      registers: [],
      collect() {
        const { running, waiting } = read();
        this.set({ state: 'running' }, running);
        this.set({ state: 'waiting' }, waiting);
      },
    }),
  );
  return {
    watch(numbers) {
      read = numbers;
    },
    record: (durationMs) => duration.observe(durationMs / 1_000),
  };
}
