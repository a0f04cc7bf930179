import { readFileSync } from 'node:fs';
import { API_KEY_SCOPES } from '@plantcommunity/auth';
import { describe, expect, it } from 'vitest';
import { isMeta } from '../middleware/init.ts';
import { procedures } from '../testing/all-procedures.ts';
import { config } from '../testing/api-under-test.ts';
import { v1 } from '../v1/index.ts';

const read = (name: string) => readFileSync(new URL(`../../../../docs/${name}`, import.meta.url), 'utf8');

/** Returns the cells of each table row, without backticks. */
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
  it('lists every procedure with its path, policy and limit', () => {
    const listed = rowsOf('authentication.md').filter(
      ([first = '', ...others]) => /^\w+\.\w+/.test(first) && others.length === 3,
    );
    const known = procedures
      .filter(([path]) => path.startsWith('v1.'))
      .map(([path, procedure]) => {
        const { _def: definition } = procedure;
        const endpoint = v1.endpoints.find((candidate) => candidate.procedure === procedure);
        const meta = isMeta(definition.meta) ? definition.meta : undefined;
        return [
          path.replace('v1.', ''),
          endpoint === undefined ? '' : `${endpoint.method} ${endpoint.path}`,
          meta?.policy,
          meta?.limit ?? meta?.throttle ?? '',
        ];
      });
    const lines = (cells: (string | undefined)[][]) => cells.map((line) => line.join(' | ')).toSorted();
    expect(lines(listed)).toEqual(lines(known));
  });
});

describe('docs/authentication.md, API keys', () => {
  it('lists the procedures of each scope', () => {
    const listed = rowsOf('authentication.md').filter(([first = '', ...others]) => {
      return API_KEY_SCOPES.some((scope) => scope === first) && others.length === 1;
    });
    const known = API_KEY_SCOPES.map((scope) => {
      const paths = procedures
        .filter(([, { _def }]) => isMeta(_def.meta) && _def.meta.scope === scope)
        .flatMap(([path]) => (path.startsWith('v1.') ? [path.replace('v1.', '')] : []));
      return [scope, paths.length === 0 ? 'none yet' : paths.join(', ')];
    });
    const sorted = ([scope = '', names = '']: string[]) => [scope, names.split(', ').toSorted()];
    expect(listed.map(sorted)).toEqual(known.map(sorted));
  });
});

describe('docs/api.md', () => {
  it('lists every field of an upload in the order of the OpenAPI document', () => {
    const identify = v1.endpoints.find(({ operationId }) => operationId === 'identifyPlant');
    const fields = Object.keys(identify?.request?.multipart?.(config.upload).schema.shape ?? {});
    const listed = rowsOf('api.md').map(([first = '']) => first);
    expect(listed.slice(listed.indexOf('image'), listed.indexOf('image') + fields.length)).toEqual(fields);
  });
});
