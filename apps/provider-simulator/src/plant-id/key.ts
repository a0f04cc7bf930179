import { Refusal } from './refusal.ts';

/** Any key will do, but those that begin with `bad` are unknown and those that begin with `inactive` are not active. */
export function checkKey(headers: Headers): void {
  const key = headers.get('api-key')?.trim();
  if (!key) throw new Refusal(401, 'No api key provided.');
  if (key.startsWith('bad')) throw new Refusal(401, 'The specified api key not found.');
  if (key.startsWith('inactive')) throw new Refusal(401, 'The specified api key is not active.');
}
