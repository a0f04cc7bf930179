import type { Logger } from '@plantcommunity/telemetry';
import type { NextAuthOptions } from 'next-auth';
import { GITHUB, github } from './github.ts';
import { GOOGLE, google } from './google.ts';
import type { OAuthKeys, OAuthOptions, OAuthProviderName } from './oauth-options.ts';

/** A service that people may sign in with. */
export interface OAuthProvider {
  name: OAuthProviderName;
  /** Without a slash at its end. */
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

function issuerOf(keys: OAuthKeys, usual: string): string {
  return (keys.issuer ?? usual).replace(/\/+$/, '');
}
