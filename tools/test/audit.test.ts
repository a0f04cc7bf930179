import { describe, expect, test } from 'vitest';
import { tallyAudit, vulnerable } from './audit.ts';

const LOCK = `
packages:

  '@trpc/server@11.19.0':
    resolution: {integrity: sha512-x}

  next@16.2.9:
    resolution: {integrity: sha512-x}

snapshots:

  next@16.2.9(react@19.3.1):
    dependencies:
      react: 19.3.1
`;

describe('vulnerable', () => {
  test('names each locked package below the version that mends it, once', () => {
    const list = [
      { package: 'next', fixedIn: '16.2.11', advisory: 'CVE-1' },
      { package: '@trpc/server', fixedIn: '11.8.0', advisory: 'CVE-2' },
    ];
    expect(vulnerable(LOCK, list)).toEqual(['next 16.2.9 has CVE-1, fixed in 16.2.11']);
  });

  test('finds packages with a scope', () => {
    const list = [{ package: '@trpc/server', fixedIn: '12.0.0', advisory: 'CVE-2' }];
    expect(vulnerable(LOCK, list)).toEqual(['@trpc/server 11.19.0 has CVE-2, fixed in 12.0.0']);
  });
});

describe('tallyAudit', () => {
  const tally = (printed: string) => {
    let text = '';
    const counted = tallyAudit(printed, { write: (line) => (text += line) });
    return { counted, text };
  };
  const report = (severity: string) =>
    JSON.stringify({ advisories: { 1: { module_name: 'leftpad', severity, title: 'It pads right' } } });

  test.each([
    ['critical', 1],
    ['high', 1],
    ['moderate', 0],
    ['low', 0],
  ])('names a vulnerability of severity %s and counts %i failure', (severity, failed) => {
    expect(tally(report(severity))).toEqual({
      counted: { passed: 1 - failed, failed, skipped: 0 },
      text: `leftpad: It pads right (${severity})\n`,
    });
  });

  test('passes without findings', () => {
    expect(tally('{"advisories":{},"metadata":{}}').counted).toEqual({ passed: 1, failed: 0, skipped: 0 });
  });

  test.each(['Error: ERR_PNPM_AUDIT_BAD_RESPONSE\n\n  × The endpoint responded with 405:\n', '{"error":{}}', ''])(
    'skips with the reason when the registry does not answer: %j',
    (printed) => {
      const { counted, text } = tally(printed);
      expect(counted).toEqual({ passed: 0, failed: 0, skipped: 1 });
      expect(text).toMatch(/^Skipped: .+\n$/);
    },
  );
});
