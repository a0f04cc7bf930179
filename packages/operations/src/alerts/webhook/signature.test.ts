import { readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Webhook } from 'standardwebhooks';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { signatureHeaders } from './signature.ts';

const secret = 'a secret of thirty-two bytes or so';
const body = '{"text":"Pl@ntNet hat seit 5 min nicht geantwortet: ä"}';

type IsGenuine = (headers: Record<string, string>, body: string, secret: string, now?: number) => boolean;

describe('a signature', () => {
  let folder: string;
  let isGenuine: IsGenuine;

  beforeAll(async () => {
    const document = readFileSync(join(import.meta.dirname, '../../../../../docs/operations.md'), 'utf8');
    const [, code = ''] = /```js\n([\s\S]*?)```/.exec(document) ?? [];
    folder = await mkdtemp(join(tmpdir(), 'plant-webhook-'));
    const file = join(folder, 'is-genuine.mjs');
    await writeFile(file, code);
    ({ isGenuine } = (await import(pathToFileURL(file).href)) as { isGenuine: IsGenuine });
  });
  afterAll(() => rm(folder, { recursive: true }));

  const now = Date.now();
  const headers = signatureHeaders({ deliveryId: '01JD', at: now, body, secret });

  it('is accepted by the example in docs/operations.md', () => {
    expect(isGenuine(headers, body, secret)).toBe(true);
  });

  it.each([
    ['another body', headers, `${body} `, secret, now],
    ['another secret', headers, body, `${secret}!`, now],
    ['another id', { ...headers, 'webhook-id': '01JE' }, body, secret, now],
    ['another time', { ...headers, 'webhook-timestamp': String(Math.floor(now / 1_000) - 1) }, body, secret, now],
    ['a replay after 6 minutes', headers, body, secret, now + 360_000],
    ['a time in the future', headers, body, secret, now - 360_000],
    ['no headers', {}, body, secret, now],
  ])('of %s is refused by that example', (_name, given, text, key, at) => {
    expect(isGenuine(given, text, key, at)).toBe(false);
  });

  it('is accepted by a library of Standard Webhooks', () => {
    const webhook = new Webhook(secret, { format: 'raw' });
    expect(webhook.verify(body, headers)).toEqual(JSON.parse(body));
    expect(() => webhook.verify(`${body} `, headers)).toThrow('No matching signature found');
  });
});
