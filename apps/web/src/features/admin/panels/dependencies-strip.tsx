import type { Dependencies } from '@/lib/wire.ts';
import tone from '@/ui/tone.module.css';
import { CircuitGlyph } from '../state/circuit-glyph.tsx';
import { STATE_TONES } from '../state/provider-state.ts';
import styles from './dependencies-strip.module.css';
import { dependencyCells } from './dependencies-text.ts';

/** The state of a circuit whose glyph and tone a part has. */
const GLYPHS = { well: 'closed', strained: 'half_open', failing: 'open' } as const;

/** What identifications stand on: Redis, database, photo store and decoder. */
export function DependenciesStrip({ dependencies }: { dependencies: Dependencies }) {
  return (
    <section className={styles['strip']} aria-label="What it stands on">
      {dependencyCells(dependencies).map(({ condition, detail, name, text }) => (
        <div key={name} className={`${styles['cell']} ${tone['tone']}`} data-tone={STATE_TONES[GLYPHS[condition]]}>
          <CircuitGlyph state={GLYPHS[condition]} />
          <div>
            <h2>{name}</h2>
            <p className={styles['text']}>{text}</p>
            {detail === undefined ? null : (
              <p className={styles['detail']} title={detail.code}>
                {detail.text}
                {detail.code === undefined ? null : <code>{detail.code}</code>}
              </p>
            )}
          </div>
        </div>
      ))}
    </section>
  );
}
