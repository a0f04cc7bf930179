import { BlankSheet } from '@/features/identify/blank-sheet.tsx';
import { PhotoFacts } from '@/features/identify/photo-facts.tsx';
import { viewer } from '@/server/viewer.ts';
import { Sprig } from '@/ui/sprig.tsx';
import styles from './home.module.css';

export default async function Home() {
  const { isUnknown, principal, isDemo, maxPhotoBytes } = await viewer();
  return (
    <main className={styles['home']}>
      <div className={styles['title']}>
        <h1>Show us a plant, and learn its name.</h1>
        <p>
          Plant.id and Pl@ntNet look at your photo at the same time. You see what each of them said.
          {isDemo ? ' In this demo a stand-in answers for both.' : null}
        </p>
      </div>
      <BlankSheet sprig={<Sprig />} maxPhotoBytes={maxPhotoBytes} />
      <PhotoFacts signedIn={principal !== undefined || isUnknown} isDemo={isDemo} />
    </main>
  );
}
