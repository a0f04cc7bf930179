import { bandsOf } from '@/client/admin/hour.ts';
import { clockTime } from '@/lib/format/time.ts';
import type { ProviderCircuit } from '@/lib/wire.ts';
import tone from '@/ui/tone.module.css';
import styles from './hour-band.module.css';

const QUARTER_MS = 15 * 60_000;
const percent = (share: number) => `${(share * 100).toFixed(2)}%`;

interface HourBandProps {
  circuit: ProviderCircuit;
  /** When the hour begins, in milliseconds since 1970. */
  start: number;
  timeZone: string;
}

/** The states of an hour, each in a pattern of its own, over the clock. Decoration: it is said in words beside it. */
export function HourBand({ circuit, start, timeZone }: HourBandProps) {
  return (
    <div>
      <div className={styles['track']}>
        {bandsOf(circuit).map(({ from, state, to }) => (
          <span
            key={from}
            className={`${styles['band']} ${tone['tone']}`}
            data-state={state}
            style={{ '--from': percent(from), '--width': percent(to - from) }}
          />
        ))}
      </div>
      <div className={styles['clock']}>
        {[0, 1, 2, 3].map((quarter) => (
          <span key={quarter}>{clockTime(start + quarter * QUARTER_MS, timeZone, 'minutes')}</span>
        ))}
        <span>now</span>
      </div>
    </div>
  );
}
