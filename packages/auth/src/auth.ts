import type { Database } from '@plantcommunity/db';
import type { Clock } from '@plantcommunity/resilience';
import type { Logger } from '@plantcommunity/telemetry';
import type { NextAuthOptions } from 'next-auth';
import { type Accounts, createAccounts } from './accounts/accounts.ts';
import { type AccountAdministration, createAccountAdministration } from './accounts/administration.ts';
import { type ApiKeys, createApiKeys } from './api-keys/api-keys.ts';
import { holderOfKey, type KeyHolder } from './api-keys/key-holder.ts';
import { apiKeyOf, bearerOf } from './bearer.ts';
import { BrowserSessions, createSessionTokens, type Session } from './browser-sessions.ts';
import { deleteExpiredSignIns } from './expired-sign-ins.ts';
import { deriveKeys } from './keys.ts';
import { createNextAuthOptions } from './next-auth-options.ts';
import { type OAuthOptions, type OAuthProviderName, oauthProviders } from './oauth/providers.ts';
import { createOAuthSignIn } from './oauth/sign-in.ts';
import type { ClaimedUser, Principal } from './principal.ts';
import { cookiesFor, readSessionCookie, sessionCookieSet } from './session-cookie.ts';
import { principalOfSession } from './session-principal.ts';
import { createSignIn } from './sign-in.ts';
import { type AppSession, createAccessTokens } from './tokens/access-token.ts';
import { createTokens, type Tokens } from './tokens/tokens.ts';
import { createUser, type EnsuredAdmin, ensureAdmin, findAdmin, type NewUser, renewAdminPassword } from './users.ts';

export interface Users {
  /** @throws {AuthError} `email_taken`, `invalid_email`, `invalid_name`, `invalid_password` */
  create(user: NewUser): Promise<{ id: string }>;
  /** Creates the first admin, unless there is one. @throws {AuthError} */
  ensureAdmin(wanted: { email?: string; password?: string }): Promise<EnsuredAdmin>;
  hasAdmin(): Promise<boolean>;
  /** Gives the first admin a new password; undefined when there is no admin. */
  renewAdminPassword(): Promise<{ email: string; password: string } | undefined>;
}

export interface Auth {
  /** Options of next-auth's route handler. */
  readonly nextAuthOptions: NextAuthOptions;
  /** Name of the session cookie; next-auth splits a long one into `name.0`, `name.1`, … */
  readonly sessionCookie: string;
  /** Services with which people may sign in, by next-auth's names for them. */
  readonly oauthProviders: readonly OAuthProviderName[];
  readonly users: Users;
  readonly accounts: Accounts;
  readonly administration: AccountAdministration;
  readonly tokens: Tokens;
  readonly apiKeys: ApiKeys;
  /**
   * Returns the user whom a request's headers authenticate, by access token or, without one, by session cookie;
   * undefined for an anonymous request, and for one with an API key. @throws the error of the database
   */
  principalOf(headers: Headers): Promise<Principal | undefined>;
  /**
   * Like `principalOf`, but accepts API keys, too: for the API, which limits them to their scopes. Notes the use of a key.
   * @throws the error of the database
   */
  callerOf(headers: Headers): Promise<Principal | KeyHolder | undefined>;
  /**
   * Returns the user that the request's session or token names, checked by signature and expiry only: for use while the
   * database is unavailable. The account may have been deleted and the session ended. Undefined for an API key, which
   * only the database can check.
   */
  claimedUser(headers: Headers): Promise<ClaimedUser | undefined>;
  /**
   * Ends the session of a request to next-auth whose answer removes or replaces the session cookie: on sign-out, and on
   * another sign-in. @throws what the database fails with; the session is still valid then, so do not send the answer
   */
  endReplacedSession(request: Headers, answer: Headers): Promise<void>;
  /** Deletes expired sign-ins of browsers and apps, until `signal` aborts. Returns how many. @throws database errors */
  deleteExpiredSignIns(signal: AbortSignal): Promise<number>;
}

export interface AuthOptions {
  database: Pick<Database, 'client'>;
  /** At least one secret, of 32 bytes or more each; the first signs, all verify. */
  secrets: readonly string[];
  /** Public origin of the app; https makes cookies secure. */
  appUrl: URL;
  clock: Clock;
  logger: Logger;
  /** Deletes everything that is stored for a user elsewhere; called again after a failure. */
  readonly eraseOwner: (ownerId: string) => Promise<void>;
  oauth?: OAuthOptions;
}

export function createAuth(options: AuthOptions): Auth {
  const { appUrl, clock, eraseOwner, logger, secrets } = options;
  const { client } = options.database;
  const sessionTokens = createSessionTokens(secrets, clock);
  const sessions = new BrowserSessions(client, clock);
  const access = createAccessTokens(secrets, appUrl, clock);
  const signIn = createSignIn(client, logger);
  const [csrfKey = new Uint8Array()] = deriveKeys(secrets, 'csrf');
  const providers = oauthProviders(options.oauth ?? {}, logger);
  const cookieName = cookiesFor(appUrl).sessionToken.name;
  /** Cache of one database query per request. */
  const callers = new WeakMap<Headers, Promise<Principal | KeyHolder | undefined>>();

  /**
   * Returns the session that a request's credentials name, checked by their encryption or signature and expiry only.
   */
  async function verify(headers: Headers): Promise<Session | AppSession | undefined> {
    const bearer = bearerOf(headers);
    // A Bearer token takes precedence: cookies are ignored.
    return bearer === undefined ? cookieSession(headers.get('cookie')) : access.verify(bearer);
  }

  async function cookieSession(cookies: string | null): Promise<Session | undefined> {
    const cookie = readSessionCookie(cookies, cookieName);
    return cookie === undefined ? undefined : sessionTokens.decrypt(cookie);
  }

  async function findCaller(headers: Headers): Promise<Principal | KeyHolder | undefined> {
    const key = apiKeyOf(headers);
    if (key !== undefined) return holderOfKey(key, { client, clock, logger });
    const session = await verify(headers);
    return session && principalOfSession(client, session, clock.now());
  }

  function callerOf(headers: Headers): Promise<Principal | KeyHolder | undefined> {
    let caller = callers.get(headers);
    if (!caller) {
      caller = findCaller(headers);
      callers.set(headers, caller);
      caller.catch(() => callers.delete(headers));
    }
    return caller;
  }

  return {
    nextAuthOptions: createNextAuthOptions({
      appUrl,
      csrfKey,
      client,
      clock,
      tokens: sessionTokens,
      sessions,
      signIn,
      oauthProviders: providers,
      oauthSignIn: createOAuthSignIn(client, clock, logger),
      logger,
    }),
    sessionCookie: cookieName,
    oauthProviders: providers.map(({ name }) => name),
    users: {
      create: async (user) => ({ id: (await createUser(client, clock, user)).userId }),
      ensureAdmin: (wanted) => ensureAdmin(client, clock, wanted),
      hasAdmin: async () => (await findAdmin(client)) !== undefined,
      renewAdminPassword: () => renewAdminPassword(client),
    },
    accounts: createAccounts({ client, oauthProviders: providers, clock, logger, eraseOwner }),
    administration: createAccountAdministration({ client, oauthProviders: providers, clock, logger }),
    tokens: createTokens({ client, secrets, access, signIn, clock, logger }),
    apiKeys: createApiKeys({ client, clock, logger }),
    principalOf: async (headers) => (apiKeyOf(headers) === undefined ? callerOf(headers) : undefined),
    callerOf,
    async claimedUser(headers) {
      const session = await verify(headers);
      return session && { userId: session.userId };
    },
    async endReplacedSession(request, answer) {
      const cookie = sessionCookieSet(answer.getSetCookie(), cookieName);
      if (cookie === undefined) return;
      const before = await cookieSession(request.get('cookie'));
      const after = cookie === '' ? undefined : await sessionTokens.decrypt(cookie);
      if (before !== undefined && before.sessionId !== after?.sessionId) await sessions.end(before.sessionId);
    },
    deleteExpiredSignIns: (signal) => deleteExpiredSignIns({ client, clock }, signal),
  };
}
