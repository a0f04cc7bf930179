import { readDocument } from '../contract/document.ts';
import { createAnswerCheck } from './answer-check.ts';

const faultsOf = createAnswerCheck(readDocument('openapi.json'), '/api/v1');

/** Fetches from an app in a process of its own. Rejects when its answer is not as the committed OpenAPI document says. */
export async function fetchDocumented(url: string, init: RequestInit = {}): Promise<Response> {
  const response = await fetch(url, init);
  const { headers, status } = response;
  const body = new Uint8Array(await response.clone().arrayBuffer());
  const faults = faultsOf({ method: init.method ?? 'GET', path: new URL(url).pathname, status, headers, body });
  if (faults.length > 0) throw new Error(`The OpenAPI document says otherwise:\n${faults.join('\n')}`);
  return response;
}
