import type { Metadata } from 'next';
import { IdentifyView } from '@/features/identify/identify-view.tsx';
import { viewer } from '@/server/viewer.ts';
import page from '@/ui/page.module.css';

export const metadata: Metadata = { title: 'Identify' };

export default async function IdentifyPage() {
  const { isUnknown, principal, mode, isDemo, maxPhotoBytes } = await viewer();
  // A session with a valid signature and expiry suffices for answers that are cached already.
  const signedIn = principal !== undefined || isUnknown;
  return (
    <main className={page['page']}>
      <IdentifyView
        signedIn={signedIn}
        mustSignIn={mode === 'production' && !signedIn}
        isDemo={isDemo}
        maxPhotoBytes={maxPhotoBytes}
      />
      <noscript>Identifying a plant needs JavaScript, which is off in this browser.</noscript>
    </main>
  );
}
