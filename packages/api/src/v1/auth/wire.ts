import { MAX_NAME_LENGTH, normalizeEmail, PASSWORD_LENGTH, passwordLength } from '@plantcommunity/auth';
import { z } from 'zod';
import 'zod-openapi';

const ACCOUNT = {
  id: '01JD8Z4Q0M3T5R7V9X1B2C4D6A',
  email: 'anna@example.org',
  name: 'Anna',
  role: 'user',
  tier: 'free',
};
const PASSWORD = 'correct horse battery staple';
// Examples without digits, so that no scan for secrets takes them for real ones.
const REFRESH_TOKEN = 'example-of-a-refresh-token';
const CREDITS = { policy: 'credits-free', limit: 400, remaining: 398, reset_at: '2026-11-28T00:00:00.000Z' };
const USAGE = { limit: 100, remaining: 97, reset_at: '2026-11-27T10:00:00.000Z', credits: [CREDITS] };
const TOKEN_GRANT = {
  access_token: 'example.of.an-access-token',
  token_type: 'Bearer',
  expires_in: 3_600,
  refresh_token: REFRESH_TOKEN,
  refresh_expires_in: 604_800,
};

/** The wire shapes of `v1.auth` and `v1.account`. Invalid inputs do not count as attempts. */

/** Longer than any email address, name or token. */
const MAX_TEXT = 512;
const { max, min } = PASSWORD_LENGTH;
/** Maximum length of a password in UTF-16 code units, in any normalization form. */
const MAX_TYPED = 8 * max;

const email = z
  .string()
  .max(MAX_TEXT)
  .refine((typed) => normalizeEmail(typed) !== undefined, 'must be an email address')
  .meta({ format: 'email' });

/** A new password. */
export const newPassword = z
  .string()
  .max(MAX_TYPED)
  .refine(
    (typed) => passwordLength(typed) >= min && passwordLength(typed) <= max,
    `must have ${min} to ${max} characters`,
  )
  .meta({ format: 'password', minLength: min, maxLength: max });

/** An existing password, which may be shorter than new ones must be. */
export const knownPassword = z
  .string()
  .max(MAX_TYPED)
  .refine((typed) => passwordLength(typed) <= max, `must have at most ${max} characters`)
  .meta({ format: 'password', maxLength: max });

const newName = z
  .string()
  .max(MAX_TEXT)
  .meta({ description: `On one line; at most ${MAX_NAME_LENGTH} characters without the white space around them` });

export const registration = z
  .strictObject({ email, password: newPassword, name: newName.optional() })
  .meta({ id: 'Registration', example: { email: ACCOUNT.email, password: PASSWORD, name: ACCOUNT.name } });

/**
 * `registration` as REST takes it, also from the web page of the replaced system. That page sends `first_name` and
 * `last_name` instead of `name`, and a `username`, which is ignored: people sign in with their email address, as on that
 * page.
 */
export const restRegistration = z.preprocess(withName, registration);

function withName(body: unknown): unknown {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) return body;
  const sentFields: Readonly<Record<string, unknown>> = { ...body };
  const { first_name, last_name, username: _, ...rest } = sentFields;
  const names = [first_name, last_name].filter((sent) => sent !== undefined);
  // `registration` refuses fields that it does not know: no name is dropped without a word.
  if (!names.every((sent) => typeof sent === 'string')) return body;
  const name = names
    .map((sent) => sent.trim())
    .filter((sent) => sent !== '')
    .join(' ');
  return name === '' || 'name' in rest ? rest : { ...rest, name };
}

export const credentials = z
  .strictObject({ email: z.string().max(MAX_TEXT), password: knownPassword })
  .meta({ id: 'Credentials', example: { email: ACCOUNT.email, password: PASSWORD } });

/** The body of `refreshToken` and `revokeToken`. */
export const refreshTokenBody = z
  .strictObject({ refresh_token: z.string().max(MAX_TEXT) })
  .meta({ id: 'RefreshToken', example: { refresh_token: REFRESH_TOKEN } });

const accountShape = {
  id: z.string(),
  email: z.string().meta({ format: 'email' }),
  name: z.string().optional().meta({ description: 'Absent if unknown' }),
  role: z
    .enum(['user', 'admin'])
    .meta({ id: 'Role', description: 'Administrators may also open the dashboard', example: 'user' }),
  tier: z
    .enum(['free', 'pro', 'premium', 'enterprise'])
    .meta({ id: 'Tier', description: 'Determines the rate limit of identifications', example: 'free' }),
};

export const account = z.object(accountShape).meta({ id: 'Account', example: ACCOUNT });

const credits = z
  .object({
    policy: z
      .enum(['credits-free', 'credits-address'])
      .meta({ description: "credits-free: the account's own share; credits-address: the share of its IP address" }),
    limit: z.int().min(0).meta({ description: 'Credits in 24 hours' }),
    remaining: z.int().min(0),
    reset_at: z.iso.datetime().meta({ description: 'When the whole share is available again' }),
  })
  .meta({
    id: 'Credits',
    description: 'An identification costs one credit, or two with disease detection',
    example: CREDITS,
  });

export const me = z
  .object({
    ...accountShape,
    usage: z
      .object({
        limit: z.int().min(0).meta({ description: 'Identifications allowed in a window' }),
        remaining: z.int().min(0),
        reset_at: z.iso.datetime().meta({ description: 'When all identifications are available again' }),
        credits: z
          .array(credits)
          .optional()
          .meta({ description: 'Daily shares of tier free; absent if the account has none' }),
      })
      .meta({ id: 'Usage', example: USAGE }),
  })
  .meta({ id: 'Me', example: { ...ACCOUNT, usage: USAGE } });

const seconds = (example: number) => z.int().min(1).meta({ description: 'Seconds', example });

export const tokenGrant = z
  .object({
    access_token: z.string().meta({ description: 'Sent as `Authorization: Bearer …`' }),
    token_type: z.literal('Bearer'),
    expires_in: seconds(3_600),
    refresh_token: z
      .string()
      .meta({ description: 'For one use; if the answer is lost, send it again within 24 hours' }),
    refresh_expires_in: seconds(604_800),
  })
  .meta({ id: 'TokenGrant', example: TOKEN_GRANT });

export type WireAccount = z.infer<typeof account>;
export type WireCredits = z.infer<typeof credits>;
export type WireMe = z.infer<typeof me>;
export type WireTokenGrant = z.infer<typeof tokenGrant>;
