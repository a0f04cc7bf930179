import type { Principal } from '@plantcommunity/auth';
import type { PhotoLimits } from '@plantcommunity/identification';

export interface Rate {
  count: number;
  windowMs: number;
}

/** Plain values of the settings; nothing here is read from the environment. */
export interface ApiConfig {
  /** `development`: anonymous callers may identify. */
  mode: 'development' | 'production';
  /** Of the package: told by health and the OpenAPI document. */
  version: string;
  /** The public origin. */
  appUrl: URL;
  /** Host names without ports. */
  allowedHosts: readonly string[];
  /** Origins beside our own whose pages may change state with a cookie. */
  trustedOrigins: readonly string[];
  /** How many proxies in front are ours. */
  proxyHops: number;
  /**
   * Of identifications: all anonymous callers together, and a user of each tier. Of tries to sign in, to an account from
   * an address and from an address; of registrations, from an address; of refreshed tokens, of one sign-in of an app.
   */
  rates: Readonly<Record<'anonymous' | Principal['tier'] | 'signIn' | 'signInAddress' | 'register' | 'refresh', Rate>>;
  /**
   * Credits in 24 hours: of an account of tier free, and of all such accounts behind one address; 0: no limit. An
   * identification costs one, or two with the plant's health.
   */
  dailyCredits: { account: number; address: number };
  legacy: { deprecatedAt: Date; sunsetAt: Date };
  upload: PhotoLimits;
  /** Maximum bytes of uploads in flight in this process; a subject may hold a quarter of it, an address half. */
  uploadMemoryBytes: number;
}
