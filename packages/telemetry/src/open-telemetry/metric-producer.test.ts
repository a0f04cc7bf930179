import { DataPointType } from '@opentelemetry/sdk-metrics';
import { Counter, Gauge, Histogram, Registry } from '@prometheus-io/client';
import { expect, it } from 'vitest';
import { createMetrics } from '../metrics/registry.ts';
import { createMetricProducer } from './metric-producer.ts';

it('hands counters, gauges and histograms on with their labels, units and bounds', async () => {
  const registry = new Registry();
  const registers = [registry];
  new Counter({ name: 'calls_total', help: 'Calls.', labelNames: ['provider'], registers }).inc(
    { provider: 'plantnet' },
    3,
  );
  new Gauge({ name: 'upload_bytes', help: 'Bytes.', registers }).set(512);
  const times = new Histogram({
    name: 'wait_seconds',
    help: 'Waits.',
    labelNames: ['provider'],
    buckets: [0.1, 1],
    registers,
  });
  for (const seconds of [0.05, 0.06, 0.5, 7]) times.observe({ provider: 'plant_id' }, seconds);
  const { errors, resourceMetrics } = await createMetricProducer({
    collect: () => registry.getMetricsAsJSON(),
  }).collect();
  const metrics = resourceMetrics.scopeMetrics.flatMap((scope) => scope.metrics);
  const read = metrics.map(({ dataPoints, dataPointType, descriptor: { name, unit } }) => ({
    name,
    unit,
    dataPointType,
    points: dataPoints.map(({ attributes, value }) => ({ attributes, value })),
  }));
  expect(errors).toEqual([]);
  expect(read).toEqual([
    {
      name: 'calls_total',
      unit: '',
      dataPointType: DataPointType.SUM,
      points: [{ attributes: { provider: 'plantnet' }, value: 3 }],
    },
    { name: 'upload_bytes', unit: 'By', dataPointType: DataPointType.GAUGE, points: [{ attributes: {}, value: 512 }] },
    {
      name: 'wait_seconds',
      unit: 's',
      dataPointType: DataPointType.HISTOGRAM,
      points: [
        {
          attributes: { provider: 'plant_id' },
          value: {
            buckets: { boundaries: [0.1, 1], counts: [2, 1, 1] },
            count: 4,
            sum: expect.closeTo(7.61) as number,
          },
        },
      ],
    },
  ]);
  expect(metrics.find(({ descriptor }) => descriptor.name === 'calls_total')).toMatchObject({ isMonotonic: true });
});

it('leaves out no metric of the process but summaries', async () => {
  const metrics = createMetrics({ version: '1.2.3', mode: 'production' });
  const { resourceMetrics } = await createMetricProducer(metrics).collect();
  const names = resourceMetrics.scopeMetrics.flatMap((scope) => scope.metrics.map(({ descriptor }) => descriptor.name));
  const { body } = await metrics.expose();
  expect(names).toEqual([...body.matchAll(/^# TYPE (\S+) (?!summary)/gm)].map(([, name]) => name));
});
