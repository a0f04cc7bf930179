import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { endpoints } from './rest/endpoints.ts';
import { isMeta } from './routes.ts';
import { procedures } from './testing/ways-in.ts';

const page = readFileSync(new URL('../../../docs/authentication.md', import.meta.url), 'utf8');

/** The cells of each line of a table, without their marks. */
const rows = page
  .split('\n')
  .filter((line) => line.startsWith('|'))
  .map((line) =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim().replaceAll('`', '')),
  );

describe('docs/authentication.md', () => {
  it('has every procedure, with its path, its policy and what it counts as', () => {
    const told = rows.filter(([first = '', ...others]) => /^\w+\.\w+/.test(first) && others.length === 3);
    const known = procedures
      .filter(([path]) => path.startsWith('v1.'))
      .map(([path, procedure]) => {
        const { _def: definition } = procedure;
        const endpoint = endpoints.find((candidate) => candidate.procedure === procedure);
        const meta = isMeta(definition.meta) ? definition.meta : undefined;
        return [
          path.replace('v1.', ''),
          endpoint === undefined ? '' : `${endpoint.method} ${endpoint.path}`,
          meta?.policy,
          meta?.limit ?? meta?.throttle ?? '',
        ];
      });
    const lines = (cells: (string | undefined)[][]) => cells.map((line) => line.join(' | ')).toSorted();
    expect(lines(told)).toEqual(lines(known));
  });
});
