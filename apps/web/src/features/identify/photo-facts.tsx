import styles from './photo-facts.module.css';

/** What happens to a photo, each line true as written. */
export function PhotoFacts({ signedIn, isDemo }: { signedIn: boolean; isDemo: boolean }) {
  const facts = [
    ['Made smaller', 'Our server turns it into a picture of at most 1500 px before it goes any further.'],
    ['Location removed', 'Where and when you took it, and with what, is cut away there.'],
    signedIn
      ? [
          'Kept for you',
          `It goes to ${isDemo ? 'a demo service' : 'Plant.id and Pl@ntNet'} to be named, and into your herbarium.`,
        ]
      : [
          'Not kept',
          `It goes to ${isDemo ? 'a demo service' : 'Plant.id and Pl@ntNet'} to be named. Without an account, we do not keep it.`,
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
