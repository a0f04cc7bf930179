import { expect, test } from 'vitest';
import { closingLine, FAILED, PASSED, SKIPPED, sum, tallyPlaywright, tallyVitest } from './tally.ts';

test('`sum` adds up runners, and returns zeros for none', () => {
  expect(sum([])).toEqual({ passed: 0, failed: 0, skipped: 0, failures: [] });
  expect(sum([PASSED, FAILED, SKIPPED, { passed: 10, failed: 2, skipped: 3, failures: ['one', 'two'] }])).toEqual({
    passed: 11,
    failed: 3,
    skipped: 4,
    failures: ['one', 'two'],
  });
});

test('the closing line names skipped tests only when there are some', () => {
  expect(closingLine({ ...PASSED, passed: 3 })).toBe('3 passed, 0 failed');
  expect(closingLine({ ...FAILED, passed: 3, skipped: 2 })).toBe('3 passed, 1 failed, 2 skipped');
});

test('`tallyVitest` counts a test file that cannot be loaded as one failure', () => {
  const counts = { numPassedTests: 1, numFailedTests: 1, numPendingTests: 2, numTodoTests: 1 };
  const red = '\u001B[31mAssertionError\u001B[39m: 1 is not 2\n\n  at a.test.ts:3';
  const testResults = [
    {
      name: '/src/a.test.ts',
      status: 'failed',
      message: '',
      assertionResults: [
        { fullName: 'one is one', status: 'passed' },
        { fullName: 'one is two', status: 'failed', failureMessages: [red] },
      ],
    },
    { name: '/src/b.test.ts', status: 'failed', message: 'Cannot find module c', assertionResults: [] },
  ];
  expect(tallyVitest({ ...counts, testResults })).toEqual({
    passed: 1,
    failed: 2,
    skipped: 3,
    failures: [
      'b.test.ts\n    Cannot find module c',
      'a.test.ts › one is two\n    AssertionError: 1 is not 2\n      at a.test.ts:3',
    ],
  });
});

test('`tallyPlaywright` counts a test that passes only when repeated, and an error of the set-up, as failures', () => {
  const stats = { expected: 5, unexpected: 1, flaky: 1, skipped: 2 };
  const spec = (title: string, status: string, ...messages: string[]) => {
    const results = messages.map((message) => ({ error: { message } }));
    return { file: 'a.spec.ts', title, tests: [{ status, results: [...results, {}] }] };
  };
  const inner = { specs: [spec('the second', 'flaky', 'Timed out')] };
  const suites = [
    { specs: [spec('the first', 'unexpected', 'No button'), spec('a third', 'expected')], suites: [inner] },
  ];
  expect(tallyPlaywright({ stats, errors: [{ message: 'No browser' }], suites })).toEqual({
    passed: 5,
    failed: 3,
    skipped: 2,
    failures: [
      'outside of a test\n    No browser',
      'a.spec.ts › the first\n    No button',
      'a.spec.ts › the second\n    Timed out',
    ],
  });
});
