import { percentText } from '@/lib/format/amounts.ts';
import { PROVIDER_NAMES } from '@/lib/providers.ts';
import type { MergedResult, ProviderName } from '@/lib/wire.ts';
import { Slip } from '@/ui/slip.tsx';
import { capitalised, readLabel } from './answer/label-reading.ts';
import styles from './partial-answer.module.css';

/** Shows the first provider's answer while the other provider is still working. */
export function PartialAnswer({ provider, merged }: { provider: ProviderName; merged: MergedResult }) {
  const reading = readLabel(merged);
  return (
    <Slip className={styles['slip']}>
      <p className={styles['from']}>First word, from {PROVIDER_NAMES[provider]}</p>
      {reading.type === 'no_plant' ? (
        <p className={styles['name']}>No plant</p>
      ) : (
        <>
          <p className={styles['name']}>{reading.title}</p>
          <p>
            <span lang="la">{reading.type === 'genus' ? reading.genus : reading.best.scientific_name}</span>
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
