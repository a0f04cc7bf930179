import type { NextAuthOptions } from 'next-auth';
import { GITHUB, github } from './github.ts';
import { GOOGLE, google } from './google.ts';

/** What another service knows us by. */
interface OAuthKeys {
  id: string;
  secret: string;
  /**
   * GitHub: `https://github.com/login/oauth` unless given; another host is taken for an Enterprise Server, with its API
   * under `/api/v3`. Google: `https://accounts.google.com` unless given; any OpenID provider that can be discovered.
   */
  issuer?: string | undefined;
}

export type OAuthProviderName = 'github' | 'google';

/** Undefined: not offered. */
export type OAuthOptions = Readonly<Partial<Record<OAuthProviderName, OAuthKeys | undefined>>>;

/** A service that people may sign in with. */
export interface OAuthProvider {
  name: OAuthProviderName;
  /** Without a slash at its end. */
  issuer: string;
  config: NextAuthOptions['providers'][number];
}

export function oauthProviders(options: OAuthOptions): OAuthProvider[] {
  const providers: OAuthProvider[] = [];
  if (options.github) {
    const issuer = issuerOf(options.github, GITHUB);
    providers.push({ name: 'github', issuer, config: github({ ...options.github, issuer }) });
  }
  if (options.google) {
    const issuer = issuerOf(options.google, GOOGLE);
    providers.push({ name: 'google', issuer, config: google({ ...options.google, issuer }) });
  }
  return providers;
}

function issuerOf(keys: OAuthKeys, usual: string): string {
  return (keys.issuer ?? usual).replace(/\/+$/, '');
}
