import { describe, expect, it } from 'vitest';
import type { Namespace } from './rest/problem.ts';
import { apiUnderTest } from './testing/api-under-test.ts';
import { upload } from './testing/transports.ts';

const HOST = 'http://localhost:3000';
const ID = '6f1c1d5e-2f5b-4a55-9a52-0e8f7ad1c2b3';
const PHOTO_ID = { id: ID, n: 1 };

/** What a procedure answers, by mode and caller: [development anonymous, development user, production anonymous, production user]. */
const EXPECTED: Record<string, [number, number, number, number]> = {
  identify: [200, 200, 401, 200],
  health: [200, 200, 200, 200],
  history: [401, 200, 401, 200],
  identification: [401, 404, 401, 404],
  photo: [401, 404, 401, 404],
};

const PATHS: Record<string, string> = {
  identify: 'identify',
  health: 'identify/health',
  history: 'identifications',
  identification: `identifications/${ID}`,
  photo: `identifications/${ID}/photos/1`,
};

const cases = Object.entries(EXPECTED).flatMap(([procedure, statuses]) =>
  (['v1', 'legacy'] as const).flatMap((namespace) =>
    (['REST', 'tRPC'] as const).flatMap((transport) =>
      (['development', 'production'] as const).flatMap((mode, m) =>
        (['anonymous', 'user'] as const).map((caller, c) => ({
          procedure,
          namespace,
          transport,
          mode,
          caller,
          // Bytes cannot cross tRPC's JSON.
          expected: procedure === 'photo' && transport === 'tRPC' ? 404 : statuses[m * 2 + c],
        })),
      ),
    ),
  ),
);

function requestFor(procedure: string, namespace: Namespace, transport: 'REST' | 'tRPC', caller: string): Request {
  const input = encodeURIComponent(JSON.stringify(PHOTO_ID));
  const path =
    transport === 'REST'
      ? `/api${namespace === 'v1' ? '/v1' : ''}/plant-identification/${PATHS[procedure]}`
      : `/api/trpc/${namespace}.plantIdentification.${procedure}${procedure === 'identify' ? '' : `?input=${input}`}`;
  return new Request(HOST + path, {
    headers: { 'Sec-Fetch-Site': 'same-origin', ...(caller === 'user' ? { Cookie: 'session=anna' } : {}) },
    ...(procedure === 'identify' ? { method: 'POST', body: upload() } : {}),
  });
}

describe('who may do what', () => {
  it.each(cases)('$procedure, $namespace over $transport, $mode, $caller: $expected', async (row) => {
    const { api } = apiUnderTest({ config: { mode: row.mode } });
    const request = requestFor(row.procedure, row.namespace, row.transport, row.caller);
    const answer = await (row.transport === 'REST' ? api.rest(request) : api.trpc(request));
    expect(answer.status).toBe(row.expected);
    expect(answer.headers.has('deprecation')).toBe(
      row.namespace === 'legacy' && row.procedure + row.transport !== 'phototRPC',
    );
    expect(answer.headers.get('x-request-id')).toMatch(/^[\da-f-]{36}$/);
  });
});
