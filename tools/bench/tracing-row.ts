import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Environment } from '@plantcommunity/settings';
import { appCostRow } from './app-cost-row.ts';
import type { BenchApp } from './bench-app.ts';
import type { BenchRow } from './bench-row.ts';

interface Collector {
  /** Settings of an app that exports one trace in a hundred to this collector, and its metrics. */
  settings: Environment;
  close(): void;
}

/** Starts a collector that reads what arrives and forgets it. */
async function startCollector(): Promise<Collector> {
  const server = createServer((request, response) => request.resume().once('end', () => response.end()));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- it listens on a port
  const { port } = server.address() as AddressInfo;
  return {
    settings: {
      OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${port}`,
      OTEL_TRACES_SAMPLER: 'parentbased_traceidratio',
      OTEL_TRACES_SAMPLER_ARG: '0.01',
    },
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}

/** Returns the row of cache hits in an app that exports its traces and metrics, against one that does not. */
export async function tracingRow(start: (settings: Environment) => Promise<BenchApp>): Promise<BenchRow> {
  const collector = await startCollector();
  try {
    return await appCostRow({
      name: 'processor time of 8 cache hits, 1 trace in 100 exported, over no export',
      bar: 1.03,
      allowsDifference: true,
      statistic: 'processorTimes',
      start,
      without: {},
      with: collector.settings,
    });
  } finally {
    collector.close();
  }
}
