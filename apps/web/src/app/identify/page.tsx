import type { Metadata } from 'next';
import { IdentifyDesk } from '@/components/identify/identify-desk.tsx';
import page from '@/components/paper/page.module.css';
import { viewer } from '@/server/viewer.ts';

export const metadata: Metadata = { title: 'Identify' };

export default async function IdentifyPage() {
  const { principal, mode, isDemo, maxPhotoBytes } = await viewer();
  const signedIn = principal !== undefined;
  return (
    <main className={page['page']}>
      <IdentifyDesk
        signedIn={signedIn}
        mustSignIn={mode === 'production' && !signedIn}
        isDemo={isDemo}
        maxPhotoBytes={maxPhotoBytes}
      />
      <noscript>Identifying a plant needs JavaScript, which is off in this browser.</noscript>
    </main>
  );
}
