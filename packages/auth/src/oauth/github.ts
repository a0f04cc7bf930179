import { type Logger, redactAndCut } from '@plantcommunity/telemetry';
import type { OAuthConfig } from 'next-auth/providers/oauth';
import { z } from 'zod';
import { type EmailOrProblem, HTTP_OPTIONS, missingPermission, type Person, toUser } from './person.ts';

export const GITHUB = 'https://github.com/login/oauth';

const userSchema = z.object({ id: z.int(), login: z.string(), name: z.string().nullish() });
const addressesSchema = z.array(z.object({ email: z.string(), primary: z.boolean(), verified: z.boolean() }));

/** Matches addresses that GitHub makes and that forward nothing, on github.com and on an Enterprise Server. */
const NO_REPLY = /@users\.noreply\./i;

/** Names the missing permission. An OAuth app asks for the scope, but an organisation may withhold it. */
const PERMISSION = 'its keys need the permission "Email addresses: read-only" (GitHub App) or the scope user:email';

interface Reply {
  status: number;
  headers: Readonly<Record<string, unknown>>;
  body: string;
}

type Get = (path: string) => Promise<Reply>;

/** Configures OAuth 2 with state and PKCE. Only a second request says whether an address is verified. */
export function github(
  { id, issuer, secret }: { id: string; secret: string; issuer: string },
  logger: Logger,
): OAuthConfig<Person> {
  const api = apiOf(issuer);
  const logMissingPermission = missingPermission(logger, 'github', PERMISSION);

  async function userOf(get: Get): Promise<z.output<typeof userSchema>> {
    return userSchema.parse(jsonOf('/user', await get('/user')));
  }

  /** Never throws: a person who already has an account here can sign in without an address. */
  async function emailOf(get: Get): Promise<EmailOrProblem> {
    try {
      const reply = await get('/user/emails');
      if (isForbidden(reply)) {
        logMissingPermission(reply.status);
        return { emailProblem: 'EmailNotShared' };
      }
      const primary = addressesSchema.parse(jsonOf('/user/emails', reply)).find((address) => address.primary);
      const isUsable = primary?.verified === true && !NO_REPLY.test(primary.email);
      return isUsable ? { email: primary.email } : { emailProblem: 'EmailNotVerified' };
    } catch (error) {
      const reason = redactAndCut(error instanceof Error ? error.message : String(error));
      logger.warn({ provider: 'github', reason }, '[AUTH] Could not ask the service for e-mail addresses');
      return { emailProblem: 'EmailUnreachable' };
    }
  }

  return {
    id: 'github',
    name: 'GitHub',
    type: 'oauth',
    issuer,
    clientId: id,
    clientSecret: secret,
    checks: ['pkce', 'state'],
    httpOptions: HTTP_OPTIONS,
    authorization: { url: `${issuer}/authorize`, params: { scope: 'read:user user:email' } },
    token: `${issuer}/access_token`,
    userinfo: {
      async request({ client, tokens }) {
        const accessToken = tokens.access_token;
        if (accessToken === undefined) throw new Error('GitHub returned no access token');
        const get: Get = async (path) => {
          const { body, headers, statusCode = 0 } = await client.requestResource(`${api}${path}`, accessToken);
          return { status: statusCode, headers, body: String(body) };
        };
        const [user, email] = await Promise.all([userOf(get), emailOf(get)]);
        return { sub: String(user.id), name: user.name ?? user.login, ...email };
      },
    },
    profile: toUser,
  };
}

/** Returns the base URL of the API: of github.com, an enterprise in GitHub's cloud, or an Enterprise Server. */
export function apiOf(issuer: string): string {
  const { host, origin } = new URL(issuer);
  const isInCloud = issuer === GITHUB || host.endsWith('.ghe.com');
  return isInCloud ? `https://api.${host}` : `${origin}/api/v3`;
}

/**
 * Whether a reply means that the keys have no permission to read addresses: 403 to a GitHub App, 404 to an OAuth app
 * without the scope. A rate limit is a 403 or 429 as well, with one of two headers.
 */
function isForbidden({ headers, status }: Reply): boolean {
  const isRateLimit = headers['retry-after'] !== undefined || headers['x-ratelimit-remaining'] === '0';
  return status === 404 || (status === 403 && !isRateLimit);
}

/**
 * Parses the body of a reply.
 * @throws {Error} with a message without any part of the body, which holds names and addresses: the message is logged
 */
function jsonOf(path: string, { body, status }: Reply): unknown {
  if (status !== 200) throw new Error(`GitHub answered ${path} with ${status}`);
  try {
    return JSON.parse(body);
  } catch {
    throw new Error(`GitHub answered ${path} with text that is not JSON`);
  }
}
