import path from 'node:path';
import type { NextConfig } from 'next';

const repository = path.join(import.meta.dirname, '..', '..');

/** Reads no settings, so that one build serves all of them. */
const config: NextConfig = {
  reactStrictMode: true,
  poweredByHeader: false,
  // Pages and API paths answer with and without a trailing slash; a redirect would lose a POST's body.
  skipTrailingSlashRedirect: true,
  outputFileTracingRoot: repository,
  turbopack: {
    root: repository,
    rules: {
      // The runbook of /admin is docs/operations.md; /docs has the examples of docs/api.md.
      '*.md': { type: 'text' },
      // Licences of the viewer of /docs/reference, whose banners the build removes from its script.
      '**/swagger-ui-dist/{LICENSE,NOTICE,*.LICENSE.txt}': { type: 'text' },
    },
  },
  transpilePackages: [
    '@plantcommunity/api',
    '@plantcommunity/auth',
    '@plantcommunity/client',
    '@plantcommunity/db',
    '@plantcommunity/http',
    '@plantcommunity/identification',
    '@plantcommunity/operations',
    '@plantcommunity/resilience',
    '@plantcommunity/settings',
    '@plantcommunity/telemetry',
  ],
  // No page uses optimised images, so the route that makes them is off.
  images: { unoptimized: true },
  devIndicators: false,
  // `next dev` serves its own scripts to pages of localhost and of these hosts.
  allowedDevOrigins: ['127.0.0.1', '[::1]'],
};

export default config;
