import { API_KEY_SCOPES, MAX_API_KEYS, MAX_NAME_LENGTH } from '@plantcommunity/auth';
import { z } from 'zod';
import 'zod-openapi';
import { rowId, rowIdParam } from '../row-id.ts';

/** The wire shapes of `v1.apiKeys`. */

const KEY = {
  id: '6f1c1d5e-2f5b-4a55-9a52-0e8f7ad1c2b4',
  name: 'Greenhouse camera',
  scopes: ['identify', 'read'],
  start: 'plk_0123',
  created_at: '2026-11-27T09:30:00.000Z',
  expires_at: '2027-11-27T09:30:00.000Z',
};

const scope = z.enum(API_KEY_SCOPES).meta({
  id: 'ApiKeyScope',
  description:
    'identify: identify plants; read: read identifications and their photos; write: change and delete identifications',
  example: 'identify',
});

const scopes = z
  .array(scope)
  .min(1)
  .max(API_KEY_SCOPES.length)
  .meta({ description: 'What the key may do', example: ['identify', 'read'] });

const name = z
  .string()
  .min(1)
  .max(MAX_NAME_LENGTH)
  .meta({ description: 'Chosen by the owner of the key', example: 'Greenhouse camera' });
const timestamp = z.iso.datetime({ offset: true });
/** The last time that a year of four digits can say with every offset. */
const LAST_TIME = Date.UTC(9_999, 11, 31);
const expiresAt = (description: string) =>
  timestamp
    .refine((at) => Date.parse(at) < LAST_TIME, 'must be before the year 10000')
    .optional()
    .meta({ description });

/** The key to create. `auth` trims the name and judges its characters. */
export const newApiKey = z
  .strictObject({ name, scopes, expires_at: expiresAt('In the future; absent for a key that never expires') })
  .meta({ id: 'NewApiKey', example: { name: KEY.name, scopes: KEY.scopes, expires_at: KEY.expires_at } });

export const apiKeyInput = z.strictObject({ id: rowId });
export const apiKeyParams = z.object({
  id: rowIdParam('Id of an API key', KEY.id),
});

const shape = {
  id: z.uuid(),
  name,
  scopes,
  start: z.string().meta({ description: 'First characters of the key, to recognise it by', example: 'plk_a1B2' }),
  created_at: z.iso.datetime(),
  expires_at: z.iso.datetime().optional().meta({ description: 'Absent for a key that never expires' }),
  last_used_at: z.iso.datetime().optional().meta({
    description: 'Last use; the real one may be up to an hour later. Absent for a key that was never used',
  }),
};

export const apiKey = z.object(shape).meta({ id: 'ApiKey', example: KEY });

export const createdApiKey = z
  .object({
    ...shape,
    key: z.string().meta({
      description: 'What the script sends as `Authorization: Bearer …`. Store it: no other call returns it',
      example: 'plk_0123456789ABCDEFGHIJKLMNOPQRST4PMbyp',
    }),
  })
  .meta({ id: 'CreatedApiKey', example: { ...KEY, key: 'plk_0123456789ABCDEFGHIJKLMNOPQRST4PMbyp' } });

export const apiKeyList = z
  .object({ items: z.array(apiKey).max(MAX_API_KEYS).meta({ description: 'Newest first, expired ones included' }) })
  .meta({ id: 'ApiKeyList', example: { items: [KEY] } });

export type WireApiKey = z.infer<typeof apiKey>;
export type WireCreatedApiKey = z.infer<typeof createdApiKey>;
export type WireApiKeyList = z.infer<typeof apiKeyList>;
