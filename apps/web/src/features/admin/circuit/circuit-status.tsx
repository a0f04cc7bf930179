import { Moment } from '@/ui/moment.tsx';
import { Ruler } from '@/ui/ruler.tsx';
import { CircuitGlyph } from '../state/circuit-glyph.tsx';
import { STATE_NAMES, STATE_TONES } from '../state/provider-state.ts';
import styles from './circuit-status.module.css';
import { type DescribedProvider, keyFigure, sinceOf, sinceText } from './circuit-text.ts';

interface CircuitStatusProps {
  provider: DescribedProvider;
  now: number;
  timeZone: string;
}

/** Shows the state in a big word, with its key figure. */
export function CircuitStatus({ provider, now, timeZone }: CircuitStatusProps) {
  const { state } = provider;
  const key = keyFigure(provider, now, timeZone);
  const since = sinceOf(provider);
  return (
    <div className={styles['status']}>
      <div className={styles['line']}>
        <p key={state} className={styles['state']}>
          <CircuitGlyph state={state} />
          {STATE_NAMES[state]}
        </p>
        {key === undefined ? null : (
          <p className={styles['figure']} data-worded={/[a-z]/.test(key.figure) || undefined}>
            {key.figure}
          </p>
        )}
      </div>
      {key?.share === undefined ? null : <Ruler bare fill={key.share} tone={STATE_TONES[state]} />}
      <div className={styles['notes']}>
        {since === undefined ? null : <Moment at={since}>{sinceText(since, now, timeZone)}</Moment>}
        {key === undefined ? null : <p>{key.caption}</p>}
      </div>
    </div>
  );
}
