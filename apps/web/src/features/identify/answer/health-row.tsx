import { confidenceLevel } from '@plantcommunity/identification/confidence';
import { percentText } from '@/lib/format/amounts.ts';
import { HEALTH_AND_CARE_TEXT } from '@/lib/providers.ts';
import type { Health } from '@/lib/wire.ts';
import { Row } from '@/ui/layout.tsx';
import { ConfidenceRuler } from './confidence-ruler.tsx';
import styles from './health-row.module.css';

/** Minimum probability of a further disease. */
const WORTH_SAYING = 0.1;

/** Shows the health assessment, with the caution. */
export function HealthRow({ health, demo }: { health: Health; demo: boolean }) {
  const [first, ...others] = health.is_healthy ? [] : health.diseases;
  const also = others.filter(({ probability }) => probability >= WORTH_SAYING).slice(0, 3);
  const share = first?.probability ?? health.probability;
  const title = first
    ? `${confidenceLevel(first.probability) === 'unsure' ? 'Perhaps' : 'Probably'} ${lowered(first.name)}`
    : health.is_healthy
      ? 'It looks healthy'
      : 'Something ails it';
  return (
    <Row heading="Health" note={demo ? 'made up for the demo' : `from ${HEALTH_AND_CARE_TEXT}`}>
      <div className={styles['halves']}>
        <div>
          <h3>{title}</h3>
          {first?.description === undefined ? null : <p className={styles['description']}>{first.description}</p>}
          <div className={styles['ruler']}>
            <ConfidenceRuler
              small
              confidence={confidenceLevel(share)}
              probability={share}
              demo={demo}
              tone={first ? 'petal' : 'leaf'}
            />
          </div>
          {also.length === 0 ? null : (
            <p className={styles['also']}>
              Also possible:{' '}
              {also.map(({ name, probability }) => `${lowered(name)}, ${percentText(probability)}`).join('; ')}
            </p>
          )}
        </div>
        {first?.treatment === undefined ? null : <Treatment treatment={first.treatment} />}
      </div>
      <Caution />
    </Row>
  );
}

/** Lowers the first letter of a disease inside a sentence, except in Latin names and abbreviations. */
function lowered(name: string): string {
  return /^\p{Lu}\p{Ll}+( \p{Ll}|$)/u.test(name) ? name.slice(0, 1).toLowerCase() + name.slice(1) : name;
}

type Advice = NonNullable<Health['diseases'][number]['treatment']>;

const HEADINGS = [
  ['biological', 'Now'],
  ['chemical', 'If it spreads'],
  ['prevention', 'Next time'],
] as const;

/** Lists treatments, mildest first. */
function Treatment({ treatment }: { treatment: Advice }) {
  return (
    <div className={styles['treatment']}>
      {HEADINGS.map(([kind, heading]) => {
        const advice = treatment[kind] ?? [];
        return advice.length === 0 ? null : (
          <div key={kind}>
            <h4>{heading}</h4>
            {advice.map((each) => (
              <p key={each}>{each}</p>
            ))}
          </div>
        );
      })}
    </div>
  );
}

/** Warning that is always visible. */
export function Caution() {
  return (
    <p className={styles['caution']}>
      This is what a service reads from a photo, not a plant doctor’s advice.{' '}
      <b>Never eat a plant because of this page.</b>
    </p>
  );
}
