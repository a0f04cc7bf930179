import { percentText } from '@/lib/format/amounts.ts';
import type { Suggestion } from '@/lib/wire.ts';
import { Row } from '@/ui/layout.tsx';
import { Ruler } from '@/ui/ruler.tsx';
import styles from './candidates-row.module.css';
import { candidateSources } from './provider-agreement.ts';
import { Thumbnail } from './reference-pictures.tsx';

interface CandidatesRowProps {
  candidates: readonly Suggestion[];
  /** No species leads, so the row has all candidates. */
  equal: boolean;
  demo: boolean;
}

/** Lists other candidates, with the probabilities that the leading provider gave. */
export function CandidatesRow({ candidates, equal, demo }: CandidatesRowProps) {
  return (
    <Row
      heading={equal ? 'It could be' : 'It could also be'}
      note={demo ? 'made up for the demo' : equal ? 'none of them likely' : 'less likely'}
    >
      <ul className={styles['list']}>
        {candidates.map((candidate) => (
          <li key={candidate.scientific_name}>
            <Thumbnail image={candidate.images[0]} />
            <div className={styles['names']}>
              <p
                className={styles['name']}
                lang={candidate.plant_name === candidate.scientific_name ? 'la' : undefined}
              >
                {candidate.plant_name}
              </p>
              {candidate.plant_name === candidate.scientific_name ? null : <p lang="la">{candidate.scientific_name}</p>}
            </div>
            {demo ? null : <p className={styles['sources']}>{candidateSources(candidate)}</p>}
            {candidate.probability === undefined ? null : (
              <div className={styles['share']}>
                <p>{percentText(candidate.probability)}</p>
                <Ruler bare fill={candidate.probability} tone={demo ? 'demo' : 'quiet'} />
              </div>
            )}
          </li>
        ))}
      </ul>
    </Row>
  );
}
