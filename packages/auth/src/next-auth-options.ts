import { isDatabaseUnavailable, type PrismaClient } from '@plantcommunity/db';
import type { Clock } from '@plantcommunity/resilience';
import { type Logger, redactAndCut } from '@plantcommunity/telemetry';
import type { LoggerInstance, NextAuthOptions } from 'next-auth';
import { z } from 'zod';
import { type BrowserSessions, SESSION_MAX_AGE, type Session, type SessionTokens } from './browser-sessions.ts';
import { fromUser } from './oauth/person.ts';
import type { OAuthProvider } from './oauth/providers.ts';
import { OAuthRefusal, type OAuthSignIn } from './oauth/sign-in.ts';
import { cookiesFor } from './session-cookie.ts';
import { principalOfSession } from './session-principal.ts';
import type { SignIn } from './sign-in.ts';

/** Longer paths are no page of ours. */
const MAX_PATH_LENGTH = 2048;
/** An origin that can never be a real host (RFC 2606). */
const PLACEHOLDER_ORIGIN = 'http://next.invalid';

/**
 * Levels of messages that are no fault of ours: the usual end of a session, and errors that any client can cause, by a
 * forged return from another service or by the page that a request wants to be sent to.
 */
const LOG_LEVELS: ReadonlyMap<string, 'debug' | 'warn'> = new Map([
  ['JWT_SESSION_ERROR', 'debug'],
  ['SIGNOUT_ERROR', 'debug'],
  ['OAUTH_CALLBACK_ERROR', 'warn'],
  ['OAUTH_CALLBACK_HANDLER_ERROR', 'warn'],
  ['INVALID_CALLBACK_URL_ERROR', 'warn'],
  ['AUTH_ON_ERROR_PAGE_ERROR', 'warn'],
  ['LOGGER_ERROR', 'warn'],
]);

/** A session with next-auth's claim names, as next-auth passes it between callbacks. */
const sessionSchema = z
  .object({ sub: z.string(), sid: z.string(), epoch: z.int(), expiresAt: z.int() })
  .transform(({ sub, sid, ...rest }): Session => ({ ...rest, userId: sub, sessionId: sid }));

export function createNextAuthOptions(parts: {
  appUrl: URL;
  /** Protects next-auth's own cookies: those of its forms, and of a sign-in with another service. */
  csrfKey: Uint8Array;
  client: PrismaClient;
  clock: Clock;
  tokens: SessionTokens;
  sessions: BrowserSessions;
  signIn: SignIn;
  oauthProviders: readonly OAuthProvider[];
  oauthSignIn: OAuthSignIn;
  logger: Logger;
}): NextAuthOptions {
  const { appUrl, client, clock, tokens, sessions, signIn, logger, oauthProviders } = parts;

  /** Logs an error, unless the database is unavailable: the health gate logs that once. */
  function report(error: unknown, message: string): void {
    if (!isDatabaseUnavailable(error)) logger.error({ err: error }, message);
  }

  async function findUser(session: Session): Promise<{ name?: string; email?: string } | undefined> {
    try {
      const principal = await principalOfSession(client, session, clock.now());
      return principal && { email: principal.email, ...(principal.name === undefined ? {} : { name: principal.name }) };
    } catch (error) {
      report(error, '[AUTH] Could not look up the user of a session');
      return {};
    }
  }

  /** Extends a session; when the database fails, the session stays as it is. */
  async function renew(session: Session): Promise<Session | undefined> {
    try {
      return await sessions.renew(session);
    } catch (error) {
      report(error, '[AUTH] Could not renew a session');
      return session;
    }
  }

  /** Returns the error of a failed sign-in; next-auth puts its message into the URL of the login page. */
  function unavailable(cause: unknown): Error {
    report(cause, '[AUTH] Sign-in failed');
    return new Error('Unavailable', { cause });
  }

  return {
    secret: Buffer.from(parts.csrfKey).toString('base64url'),
    useSecureCookies: appUrl.protocol === 'https:',
    cookies: cookiesFor(appUrl),
    pages: { signIn: '/login', error: '/login' },
    session: { strategy: 'jwt', maxAge: SESSION_MAX_AGE },
    providers: [
      {
        id: 'credentials',
        name: 'Email and password',
        type: 'credentials',
        credentials: { email: {}, password: {} },
        async authorize(credentials) {
          try {
            const signedIn = await signIn(credentials);
            if (signedIn === undefined || signedIn === 'disabled') return null;
            const session = await sessions.begin(signedIn);
            return session === undefined ? null : { id: session.userId, ...claimsOf(session) };
          } catch (error) {
            throw unavailable(error);
          }
        },
      },
      ...oauthProviders.map(({ config }) => config),
    ],
    jwt: {
      maxAge: SESSION_MAX_AGE,
      encode: ({ token }) => tokens.encrypt(sessionSchema.parse(token)),
      async decode({ token }) {
        const session = token ? await tokens.decrypt(token) : undefined;
        return session ? claimsOf(session) : null;
      },
    },
    callbacks: {
      async signIn({ account, user }) {
        const provider = oauthProviders.find(({ name }) => name === account?.provider);
        if (provider === undefined) return true;
        try {
          const session = await sessions.begin(await parts.oauthSignIn(provider, fromUser(user)));
          if (session === undefined) return false;
          // next-auth passes this object on to `jwt`, like the object that `authorize` returns.
          Object.assign(user, { id: session.userId, ...claimsOf(session) });
          return true;
        } catch (error) {
          throw error instanceof OAuthRefusal ? error : unavailable(error);
        }
      },
      // An error thrown here or in `session` makes next-auth remove the cookie: throw only when the session has ended,
      // never for our own faults. `user` is set only on sign-in.
      async jwt({ token, user }) {
        const session = user ? sessionSchema.parse({ ...user, sub: user.id }) : await renew(sessionSchema.parse(token));
        if (session === undefined) throw sessionEnded();
        return claimsOf(session);
      },
      async session({ session, token }) {
        const current = sessionSchema.parse(token);
        const user = await findUser(current);
        if (user === undefined) throw sessionEnded();
        return { ...session, user, expires: new Date(current.expiresAt).toISOString() };
      },
      redirect: ({ url }) => `${appUrl.origin}${safeNextPath(withoutOwnOrigin(url, appUrl), '/')}`,
    },
    logger: nextAuthLogger(logger),
  };
}

/** Returns the claims that `sessionSchema` parses. */
function claimsOf({ epoch, expiresAt, sessionId, userId }: Session): z.input<typeof sessionSchema> {
  return { sub: userId, sid: sessionId, epoch, expiresAt };
}

function sessionEnded(): Error {
  return new Error('This session was ended.');
}

/** Removes our own origin from a URL: browsers send the URL of the page. A JSON body may contain any value. */
function withoutOwnOrigin(url: unknown, appUrl: URL): unknown {
  return typeof url === 'string' && url.startsWith(`${appUrl.origin}/`) ? url.slice(appUrl.origin.length) : url;
}

/**
 * Returns the page to open after signing in: `value` if it is a path of this site, else `fallback`. Rejects other origins
 * in every spelling (`https://x`, `//x`, `/\x`, `/<tab>/x`, `/.//x`).
 */
export function safeNextPath(value: unknown, fallback: string): string {
  if (typeof value !== 'string' || value.length > MAX_PATH_LENGTH || !/^\/(?![/\\])[^\\\p{Cc}]*$/u.test(value))
    return fallback;
  const url = URL.parse(value, PLACEHOLDER_ORIGIN);
  if (url === null || url.origin !== PLACEHOLDER_ORIGIN || url.pathname.startsWith('//')) return fallback;
  return `${url.pathname}${url.search}${url.hash}`;
}

/**
 * Writes next-auth's messages to our log. Requests control parts of them (its `/_log` route, which we close, would
 * accept any text), so each is cut, put on one line and redacted, and only an error's message is kept of the details. A
 * message without an Error may come from a client, and is a warning unless `LOG_LEVELS` says otherwise.
 */
export function nextAuthLogger(logger: Logger): LoggerInstance {
  return {
    error(code, metadata) {
      const error = errorIn(metadata);
      const level = LOG_LEVELS.get(code) ?? (error === undefined ? 'warn' : 'error');
      logger[level]({ code: redactAndCut(code), reason: error && redactAndCut(error.message) }, '[AUTH] next-auth');
    },
    warn: (code) => logger.warn({ code: redactAndCut(code) }, '[AUTH] next-auth'),
    debug: (code) => logger.debug({ code: redactAndCut(code) }, '[AUTH] next-auth'),
  };
}

function errorIn(metadata: unknown): Error | undefined {
  if (typeof metadata !== 'object' || metadata === null) return undefined;
  if (metadata instanceof Error) return metadata;
  return 'error' in metadata ? errorIn(metadata.error) : undefined;
}
