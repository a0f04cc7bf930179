import { type HrTime, ValueType } from '@opentelemetry/api';
import { emptyResource } from '@opentelemetry/resources';
import {
  AggregationTemporality,
  type CollectionResult,
  type DataPoint,
  DataPointType,
  type Histogram,
  type MetricData,
  type MetricProducer,
} from '@opentelemetry/sdk-metrics';
import type { Metrics, MetricValues } from '../metrics/registry.ts';

/** Units by the end of a metric's name, before `_total`, as UCUM writes them. */
const UNITS: Readonly<Record<string, string>> = { seconds: 's', bytes: 'By', ratio: '1' };

/**
 * Hands the metrics of this process to an exporter of OpenTelemetry: the very values that `/api/metrics` shows, under the
 * same names. Counters are monotonic sums since the start of the process. Summaries are left out, since the SDK cannot
 * export them. There is one, `nodejs_eventloop_utilization_summary`, and a histogram of the same values.
 */
export function createMetricProducer(metrics: Pick<Metrics, 'collect'>): MetricProducer {
  const startTime = hrTimeOf(performance.timeOrigin);
  return {
    async collect(): Promise<CollectionResult> {
      const period = { startTime, endTime: hrTimeOf(performance.timeOrigin + performance.now()) };
      const collected = (await metrics.collect()).flatMap((metric) => metricDataOf(metric, period) ?? []);
      const scopeMetrics = [{ scope: { name: 'plantcommunity' }, metrics: collected }];
      return { resourceMetrics: { resource: emptyResource(), scopeMetrics }, errors: [] };
    },
  };
}

type Period = Pick<DataPoint<unknown>, 'startTime' | 'endTime'>;

function metricDataOf({ help, name, type, values }: MetricValues, period: Period): MetricData | undefined {
  const shared = {
    descriptor: { name, description: help, unit: unitOf(name), valueType: ValueType.DOUBLE },
    aggregationTemporality: AggregationTemporality.CUMULATIVE,
  };
  const points = () => values.map(({ labels, value }) => ({ ...period, attributes: labels, value }));
  switch (type) {
    case 'counter':
      return { ...shared, dataPointType: DataPointType.SUM, isMonotonic: true, dataPoints: points() };
    case 'gauge':
      return { ...shared, dataPointType: DataPointType.GAUGE, dataPoints: points() };
    case 'histogram':
      return { ...shared, dataPointType: DataPointType.HISTOGRAM, dataPoints: histogramsOf(name, values, period) };
    case 'summary':
      return undefined;
  }
}

/** Joins the buckets, sum and count of each set of labels. Counts of buckets hold those of all smaller ones. */
function histogramsOf(name: string, values: MetricValues['values'], period: Period): DataPoint<Histogram>[] {
  const points = new Map<
    string,
    { attributes: MetricValues['values'][number]['labels']; upTo: [number, number][]; sum: number; count: number }
  >();
  for (const { labels, metricName, value } of values) {
    const { le, ...attributes } = labels;
    const key = JSON.stringify(attributes);
    const point = points.get(key) ?? { attributes, upTo: [], sum: 0, count: 0 };
    points.set(key, point);
    if (metricName === `${name}_sum`) point.sum = value;
    else if (metricName === `${name}_count`) point.count = value;
    else if (le !== '+Inf') point.upTo.push([Number(le), value]);
  }
  return [...points.values()].map(({ attributes, count, sum, upTo }) => {
    const totals = [...upTo.map(([, total]) => total), count];
    const buckets = {
      boundaries: upTo.map(([bound]) => bound),
      counts: totals.map((total, index) => total - (totals[index - 1] ?? 0)),
    };
    return { ...period, attributes, value: { buckets, count, sum } };
  });
}

function unitOf(name: string): string {
  return (
    UNITS[
      name
        .replace(/_total$/, '')
        .split('_')
        .at(-1) ?? ''
    ] ?? ''
  );
}

function hrTimeOf(epochMs: number): HrTime {
  const seconds = Math.floor(epochMs / 1_000);
  return [seconds, Math.round((epochMs - seconds * 1_000) * 1_000_000)];
}
