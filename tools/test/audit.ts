import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../root.ts';
import advisories from './checks/advisories.json' with { type: 'json' };
import { outputOf } from './runners.ts';
import type { Output, Step } from './steps.ts';
import { FAILED, PASSED, SKIPPED, sum, type Tally } from './tally.ts';

/** A vulnerability that is known without the registry. */
export interface Advisory {
  package: string;
  /** First version without it, of the form `1.2.3`. */
  fixedIn: string;
  advisory: string;
}

/** Time limit for the registry's answer. */
const REGISTRY_MS = 10_000;

/**
 * Looks for known vulnerabilities: by a list of our own, and by that of the registry, for what production loads. Where
 * the registry does not answer its part counts as skipped, so that the check works offline.
 */
export const dependencyAudit: Step = {
  title: 'dependency audit',
  async run(output) {
    const found = vulnerable(readFileSync(join(root, 'pnpm-lock.yaml'), 'utf8'), advisories);
    for (const finding of found) output.write(`${finding}\n`);
    const quickly = ['--config.fetch-retries=0', `--config.fetch-timeout=${REGISTRY_MS}`];
    const audit = { name: 'pnpm', args: ['audit', '--prod', '--json', ...quickly] };
    return sum([found.length > 0 ? FAILED : PASSED, tallyAudit(await outputOf(audit), output)]);
  },
};

/** Returns a line for each package in a lock file that has one of the vulnerabilities. */
export function vulnerable(lockFile: string, list: readonly Advisory[]): string[] {
  const locked = Array.from(lockFile.matchAll(/^ {2}'?((?:@[^/\s]+\/)?[^@'\s]+)@(\d+\.\d+\.\d+)[^:]*:$/gm));
  const findings = locked.flatMap(([, name, version = '']) =>
    list
      .filter((entry) => entry.package === name && isBelow(version, entry.fixedIn))
      .map(({ advisory, fixedIn }) => `${name} ${version} has ${advisory}, fixed in ${fixedIn}`),
  );
  return Array.from(new Set(findings));
}

function isBelow(version: string, limit: string): boolean {
  return version.localeCompare(limit, 'en', { numeric: true }) < 0;
}

/**
 * Reads what `pnpm audit --json` prints: high and critical vulnerabilities fail, lesser ones are named. Without a report
 * there was no answer, which is skipped with its reason.
 */
export function tallyAudit(printed: string, { write }: Pick<Output, 'write'>): Tally {
  const report = reportIn(printed);
  if (report === undefined) {
    const reason = printed.replace(/[\s│×]+/g, ' ').trim();
    write(`Skipped: the registry gave no audit. ${reason}\n`);
    return SKIPPED;
  }
  for (const { module_name: name, severity, title } of report) write(`${name}: ${title} (${severity})\n`);
  return report.some(({ severity }) => severity === 'high' || severity === 'critical') ? FAILED : PASSED;
}

interface Finding {
  module_name: string;
  severity: string;
  title: string;
}

function reportIn(printed: string): Finding[] | undefined {
  let value: unknown;
  try {
    value = JSON.parse(printed.slice(printed.indexOf('{'), printed.lastIndexOf('}') + 1));
  } catch {
    return undefined;
  }
  if (typeof value !== 'object' || value === null || !('advisories' in value)) return undefined;
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the form of npm's audit report
  return Object.values(value.advisories as Record<string, Finding>);
}
