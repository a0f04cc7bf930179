import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import { root } from '../../root.ts';
import { missingPromtool, promtool } from './promtool.ts';

interface Panel {
  id: number;
  type: string;
  title: string;
  description?: string;
  datasource?: { uid: string };
  gridPos: { h: number; w: number; x: number; y: number };
  fieldConfig?: { defaults: { thresholds: { steps: { value: number | null }[] } } };
  targets?: { expr: string; datasource: { uid: string } }[];
}

const read = (file: string) => readFileSync(join(root, 'ops', file), 'utf8');
const dashboard = JSON.parse(read('grafana/dashboard.json')) as {
  schemaVersion: number;
  templating: { list: { name: string }[] };
  panels: Panel[];
};
const rules = parse(read('prometheus/alerts.yml')) as { groups: { rules: { alert: string; expr: string }[] }[] };
const alerts = rules.groups.flatMap((group) => group.rules).map((rule) => [rule.alert, rule.expr] as const);

const panels = dashboard.panels.filter(({ type }) => type !== 'row').map((panel) => [panel.title, panel] as const);
const expressions = panels.flatMap(([, { targets = [] }]) => targets.map(({ expr }) => expr));

/** Panels whose description names the alert. */
const panelsOf = (alert: string): Panel[] =>
  panels.flatMap(([, panel]) => (new RegExp(`\\b${alert}\\b`).test(panel.description ?? '') ? panel : []));
const thresholdsOf = ({ fieldConfig }: Panel): number[] =>
  fieldConfig?.defaults.thresholds.steps.flatMap(({ value }) => value ?? []) ?? [];

/** The numbers with which an expression compares, in order of size. */
interface Bounds {
  /** Those of `<` and `>`: the rules write their bounds with these alone. */
  strict: number[];
  /** Those of every comparison. */
  all: number[];
}

function boundsOf(expression: string): Bounds {
  const comparisons = [...expression.matchAll(/([<>=!]=?)\s*(\d+(?:\.\d+)?)/g)];
  const numbers = (found: typeof comparisons) =>
    [...new Set(found.map(([, , number]) => Number(number)))].toSorted((a, b) => a - b);
  return { strict: numbers(comparisons.filter(([, operator]) => operator?.length === 1)), all: numbers(comparisons) };
}

describe('the dashboard', { timeout: 30_000 }, () => {
  it('asks in expressions that Prometheus accepts', ({ skip }) => {
    skip(missingPromtool !== undefined, missingPromtool);
    const folder = mkdtempSync(join(tmpdir(), 'plant-dashboard-'));
    try {
      const file = join(folder, 'rules.yml');
      // Grafana fills in an interval there.
      const queries = expressions.map((expr) => expr.replaceAll('$__rate_interval', '1m'));
      const recorded = queries.map((expr, index) => ({ record: `panel:query:${index}`, expr }));
      writeFileSync(file, stringify({ groups: [{ name: 'panels', rules: recorded }] }));
      expect(promtool(['check', 'rules', file])).toMatchObject({ passed: true });
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('takes its data source from a variable, and has variables for deployment, instance and provider', () => {
    expect(dashboard.templating.list.map(({ name }) => name)).toEqual(['datasource', 'job', 'instance', 'provider']);
    const sources = panels.flatMap(([, { datasource, targets = [] }]) => [
      datasource,
      ...targets.map((target) => target.datasource),
    ]);
    expect(new Set(sources.map((source) => source?.uid))).toEqual(new Set(['${datasource}']));
  });

  it('needs Grafana 11 and no plugin', () => {
    expect(dashboard.schemaVersion).toBe(39);
    const builtIn = ['row', 'timeseries', 'state-timeline', 'table'];
    expect(dashboard.panels.filter(({ type }) => !builtIn.includes(type))).toEqual([]);
  });

  it('has panels with ids of their own that do not overlap', () => {
    expect(new Set(dashboard.panels.map(({ id }) => id)).size).toBe(dashboard.panels.length);
    const cells = dashboard.panels.flatMap(({ gridPos: { h, w, x, y } }) =>
      Array.from({ length: h * w }, (_, index) => `${x + (index % w)}:${y + Math.floor(index / w)}`),
    );
    expect(new Set(cells).size).toBe(cells.length);
    expect(dashboard.panels.filter(({ gridPos }) => gridPos.x + gridPos.w > 24)).toEqual([]);
  });

  it.each(panels)('describes the panel "%s"', (_, { description = '' }) => {
    expect(description).toMatch(/\S.*\.$/);
  });

  it.each(alerts)('draws the bounds of %s as thresholds', (alert, expr) => {
    const shown = panelsOf(alert);
    expect(shown).not.toEqual([]);
    const thresholds = shown.flatMap(thresholdsOf);
    expect(thresholds).toEqual(expect.arrayContaining(boundsOf(expr).strict));
  });

  it.each(panels)('has no threshold without an alert in the panel "%s"', (_, panel) => {
    const bounds = alerts
      .filter(([alert]) => panelsOf(alert).includes(panel))
      .flatMap(([, expr]) => boundsOf(expr).all);
    expect(thresholdsOf(panel).filter((value) => !bounds.includes(value))).toEqual([]);
  });
});
