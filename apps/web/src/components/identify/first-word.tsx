import { capitalised, readLabel } from '@/client/reading/label-reading.ts';
import type { ProviderName, Verdict } from '@/client/wire.ts';
import { percentText } from '@/client/words/amounts.ts';
import { PROVIDER_NAMES } from '@/client/words/providers.ts';
import { Slip } from '../paper/slip.tsx';
import styles from './first-word.module.css';

/** What the first service said, on a slip in pencil, while the other still looks. */
export function FirstWord({ provider, verdict }: { provider: ProviderName; verdict: Verdict }) {
  const reading = readLabel(verdict);
  return (
    <Slip className={styles['slip']}>
      <p className={styles['from']}>First word, from {PROVIDER_NAMES[provider]}</p>
      {reading.kind === 'no_plant' ? (
        <p className={styles['name']}>No plant</p>
      ) : (
        <>
          <p className={styles['name']}>{reading.title}</p>
          <p>
            <span lang="la">{reading.kind === 'genus' ? reading.genus : reading.best.scientific_name}</span>
            <span className={styles['word']}>
              {capitalised(reading.word)}
              {reading.share === undefined ? null : `, ${percentText(reading.share)}`}, for now
            </span>
          </p>
        </>
      )}
    </Slip>
  );
}
