import type { PrismaClient } from '@plantcommunity/db';
import type { Logger } from '@plantcommunity/telemetry';
import type { NextAuthOptions } from 'next-auth';
import { z } from 'zod';
import { nextAuthLogger } from './next-auth-logger.ts';
import { safeNextPath } from './next-path.ts';
import type { OAuthProvider } from './oauth/oauth-providers.ts';
import { OAuthRefusal, type OAuthSignIn } from './oauth/oauth-sign-in.ts';
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
  /** For the cookies of next-auth's own: of its forms, and of those who are on their way over another service. */
  csrfKey: Uint8Array;
  client: PrismaClient;
  tokens: SessionTokens;
  signIn: SignIn;
  oauthProviders: readonly OAuthProvider[];
  oauthSignIn: OAuthSignIn;
  logger: Logger;
}): NextAuthOptions {
  const { appUrl, client, tokens, signIn, logger, oauthProviders } = parts;

  async function userOf(session: Session): Promise<{ name?: string; email?: string } | undefined> {
    try {
      const principal = await principalOfSession(client, session);
      return principal && { email: principal.email, ...(principal.name === undefined ? {} : { name: principal.name }) };
    } catch (error) {
      logger.error({ err: error }, '[AUTH] The user of a session could not be looked up');
      return {};
    }
  }

  /** next-auth puts the message into the address of the login page. */
  function unavailable(cause: unknown): Error {
    logger.error({ err: cause }, '[AUTH] Sign-in failed');
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
            const session = await signIn(credentials);
            return session && session !== 'disabled' ? { id: session.userId, epoch: session.epoch } : null;
          } catch (error) {
            throw unavailable(error);
          }
        },
      },
      ...oauthProviders.map(({ config }) => config),
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
      async signIn({ account, user }) {
        const provider = oauthProviders.find(({ name }) => name === account?.provider);
        if (provider === undefined) return true;
        try {
          const { email, id: subject, name } = user;
          const { epoch, userId } = await parts.oauthSignIn(provider, { subject, email, name });
          // next-auth hands this very object on to `jwt`, where it is what authorize returns for a password.
          Object.assign(user, { id: userId, epoch });
          return true;
        } catch (error) {
          throw error instanceof OAuthRefusal ? error : unavailable(error);
        }
      },
      // `user` comes with a sign-in only.
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
