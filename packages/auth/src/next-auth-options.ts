import { isDatabaseUnavailable, type PrismaClient } from '@plantcommunity/db';
import type { Clock } from '@plantcommunity/resilience';
import type { Logger } from '@plantcommunity/telemetry';
import type { NextAuthOptions } from 'next-auth';
import { z } from 'zod';
import { type BrowserSessions, SESSION_MAX_AGE } from './browser-sessions.ts';
import { nextAuthLogger } from './next-auth-logger.ts';
import { safeNextPath } from './next-path.ts';
import type { OAuthProvider } from './oauth/oauth-providers.ts';
import { OAuthRefusal, type OAuthSignIn } from './oauth/oauth-sign-in.ts';
import { fromUser } from './oauth/person.ts';
import { principalOfSession } from './principal.ts';
import { cookiesFor } from './session-cookie.ts';
import type { Session, SessionTokens } from './session-token.ts';
import type { SignIn } from './sign-in.ts';

/** A session in next-auth's own claim names, as it is passed between callbacks. */
const sessionSchema = z
  .object({ sub: z.string(), sid: z.string(), epoch: z.int(), expiresAt: z.int() })
  .transform(({ sub, sid, ...rest }): Session => ({ ...rest, userId: sub, sessionId: sid }));

export function createNextAuthOptions(parts: {
  appUrl: URL;
  /** For the cookies of next-auth's own: of its forms, and of those who are on their way over another service. */
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

  async function userOf(session: Session): Promise<{ name?: string; email?: string } | undefined> {
    try {
      const principal = await principalOfSession(client, session, clock.now());
      return principal && { email: principal.email, ...(principal.name === undefined ? {} : { name: principal.name }) };
    } catch (error) {
      report(error, '[AUTH] The user of a session could not be looked up');
      return {};
    }
  }

  /** Extends a session; when the database fails, the session stays as it is. */
  async function renewed(session: Session): Promise<Session | undefined> {
    try {
      return await sessions.renew(session);
    } catch (error) {
      report(error, '[AUTH] A session could not be renewed');
      return session;
    }
  }

  /** next-auth puts the message into the address of the login page. */
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
      encode: ({ token }) => tokens.seal(sessionSchema.parse(token)),
      async decode({ token }) {
        const session = token ? await tokens.open(token) : undefined;
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
          // next-auth hands this very object on to `jwt`, where it is what authorize returns for a password.
          Object.assign(user, { id: session.userId, ...claimsOf(session) });
          return true;
        } catch (error) {
          throw error instanceof OAuthRefusal ? error : unavailable(error);
        }
      },
      // An error thrown here or in `session` makes next-auth remove the cookie: throw only when the session has ended,
      // never for our own faults. `user` is set only on sign-in.
      async jwt({ token, user }) {
        const session = user
          ? sessionSchema.parse({ ...user, sub: user.id })
          : await renewed(sessionSchema.parse(token));
        if (session === undefined) throw sessionEnded();
        return claimsOf(session);
      },
      async session({ session, token }) {
        const kept = sessionSchema.parse(token);
        const user = await userOf(kept);
        if (user === undefined) throw sessionEnded();
        return { ...session, user, expires: new Date(kept.expiresAt).toISOString() };
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

/** Browsers send the whole address of the page; a JSON body may hold anything. */
function withoutOwnOrigin(url: unknown, appUrl: URL): unknown {
  return typeof url === 'string' && url.startsWith(`${appUrl.origin}/`) ? url.slice(appUrl.origin.length) : url;
}
