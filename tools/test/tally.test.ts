import { expect, test } from 'vitest';
import { closingLine, FAILED, PASSED, SKIPPED, sum, tallyPlaywright, tallyVitest } from './tally.ts';

test('`sum` adds up runners, and returns zeros for none', () => {
  expect(sum([])).toEqual({ passed: 0, failed: 0, skipped: 0 });
  expect(sum([PASSED, PASSED, FAILED, SKIPPED, { passed: 10, failed: 2, skipped: 3 }])).toEqual({
    passed: 12,
    failed: 3,
    skipped: 4,
  });
});

test('the closing line names skipped tests only when there are some', () => {
  expect(closingLine({ passed: 3, failed: 0, skipped: 0 })).toBe('3 passed, 0 failed');
  expect(closingLine({ passed: 3, failed: 1, skipped: 2 })).toBe('3 passed, 1 failed, 2 skipped');
});

test('`tallyVitest` counts a test file that cannot be loaded as one failure', () => {
  const counts = { numPassedTests: 4, numFailedTests: 1, numPendingTests: 2, numTodoTests: 1 };
  const files = [
    { status: 'passed', assertionResults: [{}] },
    { status: 'failed', assertionResults: [{}] },
    { status: 'failed', assertionResults: [] },
  ];
  expect(tallyVitest({ ...counts, testResults: files })).toEqual({ passed: 4, failed: 2, skipped: 3 });
});

test('`tallyPlaywright` counts a test that passes only when repeated, and an error of the set-up, as failures', () => {
  const stats = { expected: 5, unexpected: 1, flaky: 1, skipped: 2 };
  expect(tallyPlaywright({ stats, errors: [{}] })).toEqual({ passed: 5, failed: 3, skipped: 2 });
});
