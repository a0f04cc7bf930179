import type { Api } from '../api.ts';

const ORIGIN = 'http://localhost:3000';

/** Posts JSON to a REST path like an app, without browser headers. Strings are sent unchanged. */
export function postJson(
  api: Api,
  path: string,
  body: object | string,
  headers: Record<string, string> = {},
): Promise<Response> {
  return api.rest(
    new Request(ORIGIN + path, {
      method: 'POST',
      body: typeof body === 'string' ? body : JSON.stringify(body),
      headers: { 'Content-Type': 'application/json', ...headers },
    }),
  );
}
