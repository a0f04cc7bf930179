export { cpuTimeOf, leastCpuTimeOf } from './cpu-time.ts';
export { type ExposedMetrics, readMetrics, type Sample } from './read-metrics.ts';
export { createTestMetrics } from './test-metrics.ts';
