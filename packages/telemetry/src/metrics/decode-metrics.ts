import { Histogram, type Registry } from '@prometheus-io/client';
import { addReadGauge } from './read-at-scrape.ts';

/** Photo decodes at the time of the scrape. */
interface DecodeNumbers {
  readonly running: number;
  readonly waiting: number;
}

/** Metrics of photo decodes. */
export interface DecodeMetrics {
  /** Each scrape reads `numbers`. */
  watchDecodes(numbers: () => DecodeNumbers): void;
  /** Records a decode at its end, without its wait in the queue. */
  recordDecode(durationMs: number): void;
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
  addReadGauge(registry, {
    name: 'plantcommunity_photo_decodes',
    help: 'Photo decodes of this process that are running, or waiting in the queue.',
    labelNames: ['state'],
    read() {
      const { running, waiting } = read();
      return [
        { labels: { state: 'running' }, value: running },
        { labels: { state: 'waiting' }, value: waiting },
      ];
    },
  });
  return {
    watchDecodes(numbers) {
      read = numbers;
    },
    recordDecode: (durationMs) => duration.observe(durationMs / 1_000),
  };
}
