import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { root } from '../../root.ts';
import { missingPromtool, promtool } from './promtool.ts';

interface Alert {
  alert: string;
  expr: string;
  labels: Record<string, string>;
  annotations: Record<string, string>;
}

interface RuleTest {
  name: string;
  input_series: { series: string }[];
  promql_expr_test: { expr: string; exp_samples: { labels: string }[] }[];
}

const folder = join(root, 'ops/prometheus');
const testFiles = readdirSync(join(folder, 'tests')).filter((file) => file.endsWith('.test.yml'));
const readYaml = (file: string): unknown => parse(readFileSync(join(folder, file), 'utf8'));

const alerts = (readYaml('alerts.yml') as { groups: { rules: Alert[] }[] }).groups.flatMap(({ rules }) => rules);
const ruleTests = testFiles.flatMap((file) => (readYaml(join('tests', file)) as { tests: RuleTest[] }).tests);
const named = alerts.map((alert) => [alert.alert, alert] as const);

/** Values of a label in texts such as `up{job="a"}`. */
const valuesOf = (label: string, texts: readonly string[]): Set<string> =>
  new Set(texts.flatMap((text) => new RegExp(`\\b${label}="([^"]*)"`).exec(text)?.[1] ?? []));

/** Labels of the alerts that the tests of a rule expect. */
function expectedLabels(alert: string): string[] {
  const samples = ruleTests.flatMap((test) => test.promql_expr_test.flatMap((query) => query.exp_samples));
  return samples.map(({ labels }) => labels).filter((labels) => valuesOf('alertname', [labels]).has(alert));
}

describe('the alerts', { timeout: 30_000 }, () => {
  it.for(testFiles)('pass the unit tests of %s', (file, { skip }) => {
    skip(missingPromtool !== undefined, missingPromtool);
    expect(promtool(['test', 'rules', join(folder, 'tests', file)])).toMatchObject({ passed: true });
  });

  it('are accepted by promtool, and so is the configuration that loads them', ({ skip }) => {
    skip(missingPromtool !== undefined, missingPromtool);
    const copy = mkdtempSync(join(tmpdir(), 'plant-prometheus-'));
    try {
      cpSync(folder, copy, { recursive: true });
      writeFileSync(join(copy, 'metrics-token'), 'for-tests');
      const { passed, printed } = promtool(['check', 'config', join(copy, 'prometheus.yml')]);
      expect({ passed, printed }).toMatchObject({ passed: true });
      expect(printed).toContain(`${alerts.length} rules found`);
    } finally {
      rmSync(copy, { recursive: true });
    }
  });

  it.each(named)('%s fires in a test for one deployment and not for another one', (name) => {
    const tests = ruleTests.filter((test) => test.name.startsWith(`${name} `));
    const firing = valuesOf('job', expectedLabels(name));
    const measured = valuesOf(
      'job',
      tests.flatMap((test) => test.input_series).map(({ series }) => series),
    );
    expect(firing.size).toBe(1);
    expect([...measured].filter((job) => !firing.has(job))).not.toEqual([]);
  });

  it.each(named)('%s has a severity and a runbook, and texts that use labels that it has', (name, alert) => {
    expect(['warning', 'critical']).toContain(alert.labels['severity']);
    expect(Object.keys(alert.annotations)).toEqual(['summary', 'description', 'runbook']);
    const texts = Object.values(alert.annotations).join(' ');
    const used = new Set([...texts.matchAll(/\$labels\.(\w+)/g)].map(([, label = '']) => label));
    const expected = expectedLabels(name);
    expect([...used].filter((label) => valuesOf(label, expected).size === 0)).toEqual([]);
  });

  it.each(named.filter(([, { expr }]) => / \/ |histogram_quantile/.test(expr)))(
    '%s, a ratio or a quantile, needs 20 events',
    (_, { expr }) => {
      expect(expr).toMatch(/\band\b[^>]*>= 20$/);
    },
  );
});

describe('the chapter on alerts in docs/operations.md', () => {
  const [, chapter = ''] = readFileSync(join(root, 'docs/operations.md'), 'utf8').split('\n## Alerts\n');
  const [alertSections = ''] = chapter.split('\n## ');
  const sections = alertSections
    .split('\n### ')
    .slice(1)
    .map((section) => {
      const [heading = '', ...lines] = section.split('\n');
      return { heading, text: lines.join(' ').trim() };
    });

  it('has one section for each alert, in the order of alerts.yml', () => {
    expect(sections.map(({ heading }) => heading)).toEqual(alerts.map(({ alert }) => alert));
  });

  it('has text under each heading', () => {
    expect(sections.filter(({ text }) => text === '')).toEqual([]);
  });

  it.each(named)('is where the annotation runbook of %s leads', (name, { annotations }) => {
    // A heading's anchor is its text in lower case.
    expect(annotations['runbook']).toBe(`docs/operations.md#${name.toLowerCase()}`);
  });
});
