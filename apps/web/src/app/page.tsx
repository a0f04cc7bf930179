import { BlankSheet } from '@/features/identify/blank-sheet.tsx';
import { bothOrAll } from '@/lib/format/list.ts';
import { ALL_PROVIDERS_TEXT, PROVIDER_NAMES } from '@/lib/providers.ts';
import { viewer } from '@/server/viewer.ts';
import { Sprig } from '@/ui/sprig.tsx';
import styles from './page.module.css';

export default async function Home() {
  const { isUnknown, principal, isDemo, maxPhotoBytes } = await viewer();
  return (
    <main className={styles['home']}>
      <div className={styles['title']}>
        <h1>Show us a plant, and learn its name.</h1>
        <p>
          {ALL_PROVIDERS_TEXT} look at your photo at the same time. You see what each of them said.
          {isDemo ? ` In this demo a stand-in answers for ${bothOrAll(PROVIDER_NAMES.length)}.` : null}
        </p>
      </div>
      <BlankSheet sprig={<Sprig />} maxPhotoBytes={maxPhotoBytes} />
      <PhotoFacts signedIn={principal !== undefined || isUnknown} isDemo={isDemo} />
    </main>
  );
}

/** Says what happens to a photo. Each line must stay true as written. */
function PhotoFacts({ signedIn, isDemo }: { signedIn: boolean; isDemo: boolean }) {
  const facts = [
    ['Made smaller', 'Our server turns it into a picture of at most 1500 px before it goes any further.'],
    ['Location removed', 'Where and when you took it, and with what, is cut away there.'],
    signedIn
      ? [
          'Kept for you',
          `It goes to ${isDemo ? 'a demo service' : ALL_PROVIDERS_TEXT} to be named, and into your herbarium.`,
        ]
      : [
          'Not kept',
          `It goes to ${isDemo ? 'a demo service' : ALL_PROVIDERS_TEXT} to be named. Without an account, we do not keep it.`,
        ],
  ] as const;
  return (
    <dl className={styles['facts']}>
      {facts.map(([name, fact]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{fact}</dd>
        </div>
      ))}
    </dl>
  );
}
