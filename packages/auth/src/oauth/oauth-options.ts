/** What another service knows us by. */
export interface OAuthKeys {
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
