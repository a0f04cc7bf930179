import path from 'node:path';
import type { NextConfig } from 'next';

const repository = path.join(import.meta.dirname, '..', '..');

/** Nothing of the settings is read here: one build serves every setting. */
const config: NextConfig = {
  reactStrictMode: true,
  poweredByHeader: false,
  // Pages and API paths answer with and without a trailing slash; a redirect would lose a POST's body.
  skipTrailingSlashRedirect: true,
  outputFileTracingRoot: repository,
  turbopack: { root: repository },
  transpilePackages: [
    '@plantcommunity/api',
    '@plantcommunity/auth',
    '@plantcommunity/db',
    '@plantcommunity/http',
    '@plantcommunity/identification',
    '@plantcommunity/operations',
    '@plantcommunity/resilience',
    '@plantcommunity/settings',
    '@plantcommunity/telemetry',
  ],
  // Nobody asks for optimised images: the route that makes them stays shut.
  images: { unoptimized: true },
  devIndicators: false,
  // `next dev` gives its own scripts to pages of localhost and of these.
  allowedDevOrigins: ['127.0.0.1', '[::1]'],
};

export default config;
