import { createMetrics, type Metrics } from '@plantcommunity/telemetry';

/** Variable that leaves out the metrics of an app in the bench's own build; the product does not read it. */
export const WITHOUT_METRICS = 'BENCH_WITHOUT_METRICS';

/** Replaces `createAppMetrics` of the web app in the bench's own build. */
export function createAppMetrics({ mode }: { mode: 'production' | 'development' }): Metrics {
  return process.env[WITHOUT_METRICS] === '1' ? withoutRecorders() : createMetrics({ version: 'bench', mode });
}

/** Returns metrics that record nothing: every recorder of every group returns a function that does nothing. */
function withoutRecorders(): Metrics {
  const group = new Proxy({}, { get: () => () => () => undefined });
  const expose = async () => ({ body: '', contentType: 'text/plain' });
  const metrics = new Proxy(
    { expose, collect: async () => [] },
    { get: (own, name) => (name in own ? Reflect.get(own, name) : group) as unknown },
  );
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- groups have nothing but recorders
  return metrics as unknown as Metrics;
}
