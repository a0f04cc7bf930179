import { basename } from 'node:path';
import { stripVTControlCharacters } from 'node:util';

/** Counts of one runner. A check without counts of its own, such as the type check, is one test. */
export interface Tally {
  passed: number;
  failed: number;
  skipped: number;
  /** Title and error of each test that failed; absent for a check without counts of its own. */
  failures?: readonly string[];
}

export const PASSED: Tally = { passed: 1, failed: 0, skipped: 0 };
export const FAILED: Tally = { passed: 0, failed: 1, skipped: 0 };
export const SKIPPED: Tally = { passed: 0, failed: 0, skipped: 1 };

export function sum(tallies: readonly Tally[]): Required<Tally> {
  const total = (count: 'passed' | 'failed' | 'skipped') =>
    tallies.reduce((counted, tally) => counted + tally[count], 0);
  return {
    passed: total('passed'),
    failed: total('failed'),
    skipped: total('skipped'),
    failures: tallies.flatMap(({ failures = [] }) => failures),
  };
}

/** Returns the last line of a run, which people and CI read. */
export function closingLine({ passed, failed, skipped }: Tally): string {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`;
}

/** Lines of an error that the end of a run repeats; the whole stands where the test ran. */
const ERROR_LINES = 6;

/** Returns the title of a test that failed, and the beginning of its error below it, without colours. */
function failureText(title: string, error = ''): string {
  const lines = stripVTControlCharacters(error).trim().split('\n').slice(0, ERROR_LINES);
  return [title, ...lines.filter((line) => line.trim() !== '').map((line) => `    ${line}`)].join('\n');
}

/** The part of vitest's JSON report that is read here. */
export interface VitestReport {
  numPassedTests: number;
  numFailedTests: number;
  numPendingTests: number;
  numTodoTests: number;
  testResults: readonly VitestFile[];
}

interface VitestFile {
  name: string;
  status: string;
  /** Why the file could not be loaded. */
  message: string;
  assertionResults: readonly { fullName: string; status: string; failureMessages?: readonly string[] | null }[];
}

/** Counts a vitest run. A file that cannot be loaded has no tests and counts as one failure. */
export function tallyVitest({ testResults, ...counts }: VitestReport): Tally {
  const broken = testResults.filter((file) => file.status === 'failed' && file.assertionResults.length === 0);
  const failed = testResults.flatMap(({ assertionResults, name }) =>
    assertionResults.filter(({ status }) => status === 'failed').map((test) => ({ ...test, file: basename(name) })),
  );
  return {
    passed: counts.numPassedTests,
    failed: counts.numFailedTests + broken.length,
    skipped: counts.numPendingTests + counts.numTodoTests,
    failures: [
      ...broken.map(({ message, name }) => failureText(basename(name), message)),
      ...failed.map((test) => failureText(`${test.file} › ${test.fullName}`, test.failureMessages?.[0])),
    ],
  };
}

/** The part of Playwright's JSON report that is read here. */
export interface PlaywrightReport {
  stats: { expected: number; unexpected: number; flaky: number; skipped: number };
  errors: readonly { message?: string }[];
  suites: readonly PlaywrightSuite[];
}

interface PlaywrightSuite {
  suites?: readonly PlaywrightSuite[];
  specs: readonly {
    file: string;
    title: string;
    tests: readonly { status: string; results: readonly { error?: { message?: string } }[] }[];
  }[];
}

/** Counts a Playwright run. A test that passes only when repeated has failed; an error outside of a test is one failure. */
export function tallyPlaywright({ errors, stats, suites }: PlaywrightReport): Tally {
  return {
    passed: stats.expected,
    failed: stats.unexpected + stats.flaky + errors.length,
    skipped: stats.skipped,
    failures: [
      ...errors.map(({ message }) => failureText('outside of a test', message)),
      ...suites.flatMap(failuresOfSuite),
    ],
  };
}

function failuresOfSuite({ specs, suites = [] }: PlaywrightSuite): string[] {
  const own = specs.flatMap(({ file, tests, title }) => {
    const failed = tests.filter(({ status }) => status === 'unexpected' || status === 'flaky');
    return failed.map(({ results }) => failureText(`${file} › ${title}`, firstError(results)));
  });
  return [...own, ...suites.flatMap(failuresOfSuite)];
}

function firstError(results: readonly { error?: { message?: string } }[]): string | undefined {
  return results.find(({ error }) => error !== undefined)?.error?.message;
}
