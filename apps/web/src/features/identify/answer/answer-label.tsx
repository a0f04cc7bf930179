import { capitalised } from '@/lib/format/list.ts';
import { PROVIDERS } from '@/lib/providers.ts';
import type { Identification } from '@/lib/wire.ts';
import { FocusedHeading } from '@/ui/focused-heading.tsx';
import { LocalTime } from '@/ui/local-time.tsx';
import { Slip } from '@/ui/slip.tsx';
import styles from './answer-label.module.css';
import { ConfidenceRuler } from './confidence-ruler.tsx';
import type { LabelReading } from './label-reading.ts';
import { providerAgreement } from './provider-agreement.ts';

type Named = Exclude<LabelReading, { type: 'no_plant' }>;

interface AnswerLabelProps {
  answer: Identification;
  reading: Named;
  /** ISO 8601. */
  at: string;
  /** Moves focus to the name of a new answer. */
  fresh: boolean;
}

/** The specimen label: name, confidence, and which provider said what. */
export function AnswerLabel({ answer, reading, at, fresh }: AnswerLabelProps) {
  const titleLang = reading.type === 'species' && reading.titleIsLatin ? 'la' : undefined;
  return (
    <Slip className={styles['label']}>
      <p className={styles['head']}>
        <span>
          Identified <LocalTime at={at} as="dateTime" />
        </span>
        {answer.demo ? <span className={styles['tag']}>Demo</span> : <Id id={answer.id} />}
      </p>
      <FocusedHeading active={fresh} lang={titleLang}>
        {reading.title}
      </FocusedHeading>
      {reading.type === 'genus' ? (
        <p className={styles['latin']}>
          <span className={styles['rank']}>genus</span> <span lang="la">{reading.genus}</span>
        </p>
      ) : (
        <>
          {reading.latin === undefined ? null : (
            <p className={styles['latin']} lang="la">
              {reading.latin}
            </p>
          )}
          {reading.family === undefined ? null : (
            <p className={styles['family']}>
              Family <span lang="la">{reading.family}</span>
            </p>
          )}
        </>
      )}
      <div className={styles['sure']}>
        {reading.probability === undefined ? (
          <p className={styles['opinion']}>
            <span>{capitalised(reading.confidence)}</span>
            <span>{reading.best.sources.length > 1 ? 'no percentage' : 'one opinion, no percentage'}</span>
          </p>
        ) : (
          <ConfidenceRuler confidence={reading.confidence} probability={reading.probability} demo={answer.demo} />
        )}
      </div>
      {reading.type === 'genus' ? (
        <p className={styles['unsure']}>
          Which {reading.noun}, this photo cannot tell. One of the whole plant, with its leaves and a flower or fruit,
          might.
        </p>
      ) : (
        <dl className={styles['witnesses']}>
          {providerAgreement(answer).map(({ heading, provider, text: says, latin }) => (
            <div key={provider}>
              <dt>{heading}</dt>
              <dd>
                <b>
                  {answer.demo ? `Stand-in for ${PROVIDERS[provider].displayName}` : PROVIDERS[provider].displayName}
                </b>
                {says === '' ? null : `, ${says}`}
                {latin === undefined ? null : <span lang="la"> {latin}</span>}
              </dd>
            </div>
          ))}
        </dl>
      )}
    </Slip>
  );
}

/** Shows the end of the id, which distinguishes two sheets. */
function Id({ id }: { id: string | undefined }) {
  return id === undefined ? null : <span className={styles['id']}>{`${id.slice(-8, -4)}-${id.slice(-4)}`}</span>;
}
