import type { PrismaClient } from '@plantcommunity/db';
import type { Logger } from '@plantcommunity/telemetry';
import type { NextAuthOptions } from 'next-auth';
import { z } from 'zod';
import { nextAuthLogger } from './next-auth-logger.ts';
import { safeNextPath } from './next-path.ts';
import { principalOfSession } from './principal.ts';
import { cookiesFor } from './session-cookie.ts';
import type { Session, SessionTokens } from './session-token.ts';
import type { SignIn } from './sign-in.ts';

/** In seconds: 30 days. */
const SESSION_MAX_AGE = 30 * 24 * 60 * 60;

/** What next-auth carries from callback to callback, under the names it has for it. */
const sessionSchema = z.object({ sub: z.string(), epoch: z.int() });

export function createNextAuthOptions(parts: {
  appUrl: URL;
  /** Hashed into the double-submit cookie of next-auth's forms. */
  csrfKey: Uint8Array;
  client: PrismaClient;
  tokens: SessionTokens;
  signIn: SignIn;
  logger: Logger;
}): NextAuthOptions {
  const { appUrl, client, tokens, signIn, logger } = parts;

  async function userOf(session: Session): Promise<{ name?: string; email?: string } | undefined> {
    try {
      const principal = await principalOfSession(client, session);
      return principal && { email: principal.email, ...(principal.name === undefined ? {} : { name: principal.name }) };
    } catch (error) {
      logger.error({ err: error }, '[AUTH] The user of a session could not be looked up');
      return {};
    }
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
            const session = await signIn(credentials);
            return session && session !== 'disabled' ? { id: session.userId, epoch: session.epoch } : null;
          } catch (error) {
            logger.error({ err: error }, '[AUTH] Sign-in failed');
            // next-auth puts the message into the address of the login page.
            throw new Error('Unavailable', { cause: error });
          }
        },
      },
    ],
    jwt: {
      maxAge: SESSION_MAX_AGE,
      encode({ token, maxAge }) {
        const { sub, epoch } = sessionSchema.parse(token);
        return tokens.seal({ userId: sub, epoch }, maxAge ?? SESSION_MAX_AGE);
      },
      async decode({ token }) {
        const session = token ? await tokens.open(token) : undefined;
        return session ? { sub: session.userId, epoch: session.epoch } : null;
      },
    },
    callbacks: {
      // `user` comes with a sign-in only: what authorize returned.
      jwt: ({ token, user }) => sessionSchema.parse(user ? { ...user, sub: user.id } : token),
      async session({ session, token }) {
        const { sub, epoch } = sessionSchema.parse(token);
        // next-auth takes what is thrown as the end of a session and removes its cookie: never for a fault of ours.
        const user = await userOf({ userId: sub, epoch });
        if (user === undefined) throw new Error('This session was ended.');
        return { ...session, user };
      },
      redirect: ({ url }) => `${appUrl.origin}${safeNextPath(withoutOwnOrigin(url, appUrl), '/')}`,
    },
    logger: nextAuthLogger(logger),
  };
}

/** Browsers send the whole address of the page; a JSON body may hold anything. */
function withoutOwnOrigin(url: unknown, appUrl: URL): unknown {
  return typeof url === 'string' && url.startsWith(`${appUrl.origin}/`) ? url.slice(appUrl.origin.length) : url;
}
