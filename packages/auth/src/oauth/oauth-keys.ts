/** What another service knows us by. */
export interface OAuthKeys {
  id: string;
  secret: string;
  /**
   * GitHub: `https://github.com/login/oauth` unless given; another host is taken for an Enterprise Server, whose API is
   * at `/api/v3`. Google: `https://accounts.google.com` unless given; any OpenID provider that can be discovered.
   */
  issuer?: string | undefined;
}

/** Undefined: not offered. */
export interface OAuthOptions {
  github?: OAuthKeys | undefined;
  google?: OAuthKeys | undefined;
}

export type OAuthProviderName = keyof OAuthOptions;
