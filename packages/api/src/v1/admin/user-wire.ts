import { z } from 'zod';
import { rowId } from '../row-id.ts';
import { count, instant } from './scalars.ts';

/** The wire shapes of `v1.admin.users`, which only tRPC offers. */

const role = z.enum(['user', 'admin']);
const tier = z.enum(['free', 'pro', 'premium', 'enterprise']);

const summaryShape = {
  id: z.string(),
  email: z.string(),
  /** Absent if unknown. */
  name: z.string().optional(),
  role,
  tier,
  created_at: instant,
  /** Absent for an account that can be used. */
  disabled_at: instant.optional(),
};

/** Accounts, the newest first; `total` counts those of all pages, and `next_cursor` is absent on the last. */
export const userPage = z.object({
  items: z.array(z.object(summaryShape)),
  total: count,
  next_cursor: z.string().optional(),
});

export const userDetails = z.object({
  ...summaryShape,
  has_password: z.boolean(),
  /** Other services with which the user can sign in. */
  services: z.array(z.enum(['github', 'google'])),
  /** Sign-ins that are valid now. */
  sessions: z.object({ browsers: count, apps: count }),
  /** API keys that are not expired. */
  api_keys: count,
  identifications: count,
  /** The last sign-in link; `until` is the end of an unused one. */
  sign_in_link: z.object({ state: z.enum(['none', 'unused', 'used', 'ended']), until: instant.optional() }),
});

/** A new sign-in link; `url` is told once. */
export const madeSignInLink = z.object({ url: z.url(), expires_at: instant, user: userDetails });

export const userListInput = z
  .strictObject({
    /** Part of the email address or the name; ignores case. */
    search: z.string().trim().min(1).max(200).optional(),
    role: role.optional(),
    tier: tier.optional(),
    disabled: z.boolean().optional(),
    limit: z.int().min(1).max(200).default(50),
    /** `next_cursor` of the page before. */
    cursor: z.string().max(200).optional(),
  })
  .default({ limit: 50 });

export const userInput = z.strictObject({ id: rowId });

/** `reason`: 10 to 500 characters, stored in the audit trail. */
export const userChangeInput = z.strictObject({ id: rowId, reason: z.string() });
export const tierInput = userChangeInput.extend({ tier });
export const roleInput = userChangeInput.extend({ role });

export type WireUserPage = z.infer<typeof userPage>;
export type WireUserDetails = z.infer<typeof userDetails>;
export type WireMadeSignInLink = z.infer<typeof madeSignInLink>;
