import { capitalised, readLabel } from '@/features/identify/answer/label-reading.ts';
import { percentText } from '@/lib/format/amounts.ts';
import { PROVIDER_NAMES } from '@/lib/providers.ts';
import type { ProviderName, Verdict } from '@/lib/wire.ts';
import { Slip } from '@/ui/slip.tsx';
import styles from './partial-answer.module.css';

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
