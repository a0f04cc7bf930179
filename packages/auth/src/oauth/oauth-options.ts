/** What another service knows us by. */
export interface OAuthKeys {
  id: string;
  secret: string;
  /**
   * GitHub: `https://github.com/login/oauth` unless given; a host below `ghe.com` is an enterprise in GitHub's cloud,
   * with its API at `api.<host>`; any other host is an Enterprise Server, with its API under `/api/v3`.
   * Google: `https://accounts.google.com` unless given; any OpenID provider that can be discovered.
   */
  issuer?: string | undefined;
}

export type OAuthProviderName = 'github' | 'google';

/** Undefined: not offered. */
export type OAuthOptions = Readonly<Partial<Record<OAuthProviderName, OAuthKeys | undefined>>>;
