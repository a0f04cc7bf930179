import { type ConfidenceLevel, LIKELY_FROM, POSSIBLE_FROM } from '@plantcommunity/identification/confidence';
import { percentText } from '@/lib/format/amounts.ts';
import { capitalised } from '@/lib/format/list.ts';
import { Ruler, type RulerProps } from '@/ui/ruler.tsx';
import styles from './confidence-ruler.module.css';

const CUTS = [POSSIBLE_FROM, LIKELY_FROM] as const;
/** Words of the scale, each at the middle of its part. */
const WORDS: readonly { word: ConfidenceLevel; at: number }[] = [
  { word: 'unsure', at: POSSIBLE_FROM / 2 },
  { word: 'possible', at: (POSSIBLE_FROM + LIKELY_FROM) / 2 },
  { word: 'likely', at: (LIKELY_FROM + 1) / 2 },
];
const TONES = { likely: 'leaf', possible: 'half', unsure: 'quiet' } as const;

interface ConfidenceRulerProps {
  confidence: ConfidenceLevel;
  /** Probability from the leading provider. */
  probability: number;
  demo?: boolean;
  /** Replaces the tone of the word. */
  tone?: RulerProps['tone'];
  /** Smaller type, for rows. */
  small?: boolean;
}

/** Shows the confidence: as a word, as a figure, and on the scale. */
export function ConfidenceRuler({ confidence, probability, demo = false, tone, small = false }: ConfidenceRulerProps) {
  const figure = percentText(probability);
  return (
    // oxlint-disable-next-line jsx-a11y/prefer-tag-over-role -- it is drawn, not loaded
    <div role="img" aria-label={`${capitalised(confidence)}, ${figure}`}>
      <div className={styles['line']} data-small={small || undefined}>
        <span className={styles['word']}>{capitalised(confidence)}</span>
        <span>{figure}</span>
      </div>
      <Ruler grows fill={probability} cuts={CUTS} tone={demo ? 'demo' : (tone ?? TONES[confidence])} />
      <div className={styles['scale']}>
        {WORDS.map((each) => (
          <span
            key={each.word}
            style={{ '--at': `${each.at * 100}%` }}
            data-here={each.word === confidence || undefined}
          >
            {each.word}
          </span>
        ))}
      </div>
    </div>
  );
}
