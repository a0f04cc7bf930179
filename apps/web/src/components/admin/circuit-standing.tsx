import { keyFigure, STATE_WORDS, sinceWords } from '@/client/admin/circuit-words.ts';
import type { CircuitState, ProviderCircuit } from '@/lib/wire.ts';
import { Ruler, type RulerProps } from '@/ui/ruler.tsx';
import { CircuitGlyph } from './circuit-glyph.tsx';
import styles from './circuit-standing.module.css';

const RULERS: Readonly<Partial<Record<CircuitState, RulerProps['tone']>>> = {
  half_open: 'half',
  open: 'open',
  isolated: 'isolated',
};

/** The state in a big word, and the one number that matters in it. */
export function CircuitStanding({
  circuit,
  now,
  timeZone,
}: {
  circuit: ProviderCircuit;
  now: number;
  timeZone: string;
}) {
  const { state } = circuit;
  const key = keyFigure(circuit, now, timeZone);
  return (
    <div className={styles['standing']}>
      <div className={styles['line']}>
        <p key={state} className={styles['state']}>
          <CircuitGlyph state={state} />
          {STATE_WORDS[state]}
        </p>
        {key === undefined ? null : (
          <p className={styles['figure']} data-worded={state === 'isolated' || undefined}>
            {key.figure}
          </p>
        )}
      </div>
      {key?.share === undefined ? null : <Ruler bare fill={key.share} tone={RULERS[state] ?? 'quiet'} />}
      <div className={styles['notes']}>
        <p>{sinceWords(circuit, now, timeZone)}</p>
        {key === undefined ? null : <p>{key.caption}</p>}
      </div>
    </div>
  );
}
