import { Registry } from '@prometheus-io/client';
import { createMetricGroups, type Metrics } from '../metrics/registry.ts';

/** Creates metrics without those of Node.js, whose observers would go on after a test. */
export function createTestMetrics(): Metrics {
  return createMetricGroups(new Registry());
}
