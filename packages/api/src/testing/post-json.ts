import type { Api } from '../api.ts';

const ORIGIN = 'http://localhost:3000';

/** Posts JSON to a path of REST, as an app does: without anything that browsers send. Text is sent as it is. */
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
