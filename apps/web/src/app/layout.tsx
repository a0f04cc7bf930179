import type { Metadata, Viewport } from 'next';
import type { ReactNode } from 'react';
import { ALL_PROVIDERS_TEXT } from '@/lib/providers.ts';
import { ViewerAnnouncement } from '@/lib/viewer-channel.ts';
import { viewer } from '@/server/viewer.ts';
import { figtree, fraunces, frauncesItalic, jetbrainsMono } from '@/styles/fonts.ts';
import { DemoStrip, SiteFooter, SiteHeader } from './site-header.tsx';
import '@/styles/tokens.css';
import '@/styles/base.css';

/** Renders each page per request: it carries the nonce of its request, and the build knows no settings. */
export const dynamic = 'force-dynamic';

export const metadata: Metadata = {
  title: { default: 'Plant ID Community', template: '%s · Plant ID Community' },
  description: `Show us a plant, and learn its name. ${ALL_PROVIDERS_TEXT} look at your photo at the same time.`,
};

export const viewport: Viewport = {
  width: 'device-width',
  initialScale: 1,
  viewportFit: 'cover',
  themeColor: [
    { media: '(prefers-color-scheme: light)', color: '#fcfaf3' },
    { media: '(prefers-color-scheme: dark)', color: '#111713' },
  ],
};

export default async function RootLayout({ children }: Readonly<{ children: ReactNode }>) {
  const { isUnknown, principal, isDemo } = await viewer();
  const fonts = [fraunces, frauncesItalic, figtree, jetbrainsMono].map((font) => font.variable).join(' ');
  return (
    <html lang="en" className={fonts}>
      <body>
        <SiteHeader principal={principal} isUnknown={isUnknown} />
        {isDemo ? <DemoStrip /> : null}
        {children}
        <SiteFooter />
        {isUnknown ? null : <ViewerAnnouncement viewer={principal?.userId ?? null} />}
      </body>
    </html>
  );
}
