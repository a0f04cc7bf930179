import type { Settings } from '@plantcommunity/settings';
import { createMetrics, type Metrics } from '@plantcommunity/telemetry';
import { version } from '../../package.json';

/** Creates the metrics of this process. The bench replaces this module by one that can leave them out. */
export function createAppMetrics({ mode }: Pick<Settings, 'mode'>): Metrics {
  return createMetrics({ version, mode });
}
