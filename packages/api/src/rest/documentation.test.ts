import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { procedures } from '../testing/all-procedures.ts';
import { config } from '../testing/api-under-test.ts';
import { endpoints } from './endpoints.ts';
import { isMeta } from './routes.ts';

const read = (name: string) => readFileSync(new URL(`../../../../docs/${name}`, import.meta.url), 'utf8');

/** The cells of each line of a table, without their marks. */
const rowsOf = (page: string) =>
  read(page)
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
    const told = rowsOf('authentication.md').filter(
      ([first = '', ...others]) => /^\w+\.\w+/.test(first) && others.length === 3,
    );
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

describe('docs/api.md', () => {
  it('has every field of an upload, in the order of the OpenAPI document', () => {
    const identify = endpoints.find(({ operationId }) => operationId === 'identifyPlant');
    const fields = Object.keys(identify?.request?.multipart?.(config.upload).schema.shape ?? {});
    const told = rowsOf('api.md').map(([first = '']) => first);
    expect(told.slice(told.indexOf('image'), told.indexOf('image') + fields.length)).toEqual(fields);
  });
});
