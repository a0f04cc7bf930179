import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createMetrics } from '@plantcommunity/telemetry';
import { describe, expect, it, test } from 'vitest';
import { parse } from 'yaml';
import { root } from '../../root.ts';
import { missingPromtool, promtool } from './promtool.ts';

/** Parts of PromQL that hold no name of a metric: strings, matchers and ranges, and lists of labels. */
const NAMELESS = [
  /"(?:[^"\\]|\\.)*"/g,
  /\{[^}]*\}|\[[^\]]*\]/g,
  /\b(?:by|without|on|ignoring|group_left|group_right)\s*\([^)]*\)/g,
];
const OPERATORS: ReadonlySet<string> = new Set(['and', 'or', 'unless', 'bool', 'offset']);

/** Returns the names of the metrics in an expression that Prometheus accepts. */
function metricNames(expression: string): string[] {
  const bare = NAMELESS.reduce((text, part) => text.replaceAll(part, ' '), expression);
  const names = [...bare.matchAll(/\b[a-z_]\w*\b(?!\s*\()/g)].map(([name]) => name);
  return [...new Set(names)].filter((name) => !OPERATORS.has(name));
}

/** Returns the names under which Prometheus stores the metrics of an exposition. */
function exposedNames(exposition: string): Set<string> {
  return new Set(
    [...exposition.matchAll(/^# TYPE (\S+) (\S+)$/gm)].flatMap(([, name = '', type]) =>
      type === 'histogram' ? [`${name}_bucket`, `${name}_sum`, `${name}_count`] : name,
    ),
  );
}

const read = (file: string) => readFileSync(join(root, 'ops', file), 'utf8');
const rules = parse(read('prometheus/alerts.yml')) as { groups: { rules: { expr: string }[] }[] };
const dashboard = JSON.parse(read('grafana/dashboard.json')) as { panels: { targets?: { expr: string }[] }[] };

const { body: exposition } = await createMetrics({ version: '1', mode: 'production' }).expose();

test('names of metrics are found between functions, matchers, ranges, labels and operators', () => {
  const expression = `sum by (job) (rate(a_total{path=~"/{id}/[a-z]", le="1"}[5m])) / on (job) group_left (b) c_ratio > 0.5
    and histogram_quantile(0.95, d_bucket) or absent(e)`;
  expect(metricNames(expression)).toEqual(['a_total', 'c_ratio', 'd_bucket', 'e']);
});

describe('the app exposes every metric', () => {
  const known = exposedNames(exposition);

  it.each([
    ['an alert looks at', rules.groups.flatMap((group) => group.rules)],
    ['a panel of the dashboard shows', dashboard.panels.flatMap(({ targets = [] }) => targets)],
  ])('that %s', (_, sources) => {
    // Prometheus itself makes `up`, for each target.
    const used = new Set(sources.flatMap(({ expr }) => metricNames(expr)).filter((name) => name !== 'up'));
    expect([...used].filter((name) => !known.has(name))).toEqual([]);
  });
});

test('names and help texts of the metrics follow the rules of Prometheus, apart from kept names', {
  timeout: 30_000,
}, ({ skip }) => {
  skip(missingPromtool !== undefined, missingPromtool);
  const { printed } = promtool(['check', 'metrics'], exposition);
  // The names of the replaced system, and those that Node.js and the process have everywhere.
  expect(printed.split('\n').filter((line) => line !== '' && !/^(?:plant_id|nodejs|process)_/.test(line))).toEqual([]);
});
