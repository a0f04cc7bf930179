import { spawnSync } from 'node:child_process';
import { expect, it } from 'vitest';
import { script } from '../start/child.ts';

/** Migrates with a setting that is wrong in both modes. */
function migrateWithWrongSettings(mode: 'development' | 'production') {
  const [program, ...args] = script(`${import.meta.dirname}/migrate.ts`);
  const env = { PATH: process.env['PATH'], APP_ENV: mode, PORT: 'none' };
  const { status, stderr, stdout } = spawnSync(program, args, { env, encoding: 'utf8' });
  return { status, stdout, lines: stderr.trimEnd().split('\n') };
}

it('the migration of a release says in log entries which settings are wrong', () => {
  const { lines, status, stdout } = migrateWithWrongSettings('production');
  expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
  const entries = lines.map((line) => JSON.parse(line) as { msg: string });
  for (const entry of entries) expect(entry).toMatchObject({ level: 'fatal', time: expect.any(String) as unknown });
  expect(entries.map(({ msg }) => msg).join('\n')).toContain('PORT');
});

it('the migration in development says in text which settings are wrong', () => {
  const { lines, status, stdout } = migrateWithWrongSettings('development');
  expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
  expect(lines.join('\n')).toContain('PORT');
  expect(lines.join('\n')).not.toContain('"level"');
});
