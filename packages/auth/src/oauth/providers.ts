import type { Logger } from '@plantcommunity/telemetry';
import type { NextAuthOptions } from 'next-auth';
import { GITHUB, github } from './github.ts';
import { GOOGLE, google } from './google.ts';

/** The credentials under which another service knows us. */
interface OAuthKeys {
  id: string;
  secret: string;
  /**
   * GitHub: `https://github.com/login/oauth` by default; a host below `ghe.com` is an enterprise in GitHub's cloud, with
   * its API at `api.<host>`; any other host is an Enterprise Server, with its API under `/api/v3`.
   * Google: `https://accounts.google.com` by default; any OpenID provider with a discovery document.
   */
  issuer?: string | undefined;
}

export type OAuthProviderName = 'github' | 'google';

/** Services without keys are not offered. */
export type OAuthOptions = Readonly<Partial<Record<OAuthProviderName, OAuthKeys | undefined>>>;

/** A service with which people may sign in. */
export interface OAuthProvider {
  name: OAuthProviderName;
  /** Without a trailing slash. */
  issuer: string;
  config: NextAuthOptions['providers'][number];
}

export function oauthProviders(options: OAuthOptions, logger: Logger): OAuthProvider[] {
  const providers: OAuthProvider[] = [];
  if (options.github) {
    const issuer = issuerOf(options.github, GITHUB);
    providers.push({ name: 'github', issuer, config: github({ ...options.github, issuer }, logger) });
  }
  if (options.google) {
    const issuer = issuerOf(options.google, GOOGLE);
    providers.push({ name: 'google', issuer, config: google({ ...options.google, issuer }, logger) });
  }
  return providers;
}

/** Returns the names of those of the offered services at which accounts are linked. */
export function servicesOf(
  linked: readonly { issuer: string }[],
  offered: readonly OAuthProvider[],
): OAuthProviderName[] {
  const issuers = new Set(linked.map(({ issuer }) => issuer));
  return offered.filter(({ issuer }) => issuers.has(issuer)).map(({ name }) => name);
}

function issuerOf(keys: OAuthKeys, defaultIssuer: string): string {
  return (keys.issuer ?? defaultIssuer).replace(/\/+$/, '');
}
