import type { Identification, Suggestion } from '@/lib/wire.ts';
import { Row } from '@/ui/layout.tsx';
import hidden from '@/ui/visually-hidden.module.css';
import styles from './answer-rows.module.css';
import { CandidatesRow } from './candidates-row.tsx';
import { CareRow } from './care-row.tsx';
import { Caution, HealthRow } from './health-row.tsx';
import type { LabelReading } from './label-reading.ts';
import { CompareRow } from './reference-pictures.tsx';

interface AnswerRowsProps {
  answer: Identification;
  reading: Exclude<LabelReading, { type: 'no_plant' }>;
  photo: string | undefined;
}

/** Rows below the label; parts without data have no row. The caution is always shown. */
export function AnswerRows({ answer, reading, photo }: AnswerRowsProps) {
  const isGenus = reading.type === 'genus';
  const candidates = isGenus ? answer.suggestions : answer.suggestions.slice(1);
  const { care_instructions: care, disease_detection: health, demo } = answer;
  return (
    <>
      {health ? <HealthRow health={health} demo={demo} /> : null}
      {care && !isGenus && Object.keys(care).length > 0 ? <CareRow care={care} demo={demo} /> : null}
      {candidates.length > 0 ? <CandidatesRow candidates={candidates} equal={isGenus} demo={demo} /> : null}
      {isGenus ? null : <CompareRow yours={photo} species={reading.best} />}
      <ExternalLinks species={isGenus ? { scientific_name: reading.genus } : reading.best} />
      {health ? null : (
        <Row heading="Take care">
          <Caution />
        </Row>
      )}
    </>
  );
}

function ExternalLinks({ species }: { species: Pick<Suggestion, 'scientific_name' | 'gbif_id'> }) {
  return (
    <Row heading="Read on">
      <ul className={styles['links']}>
        {linksTo(species).map(({ name, url }) => (
          <li key={name}>
            <a href={url} target="_blank" rel="noopener noreferrer">
              {name}
              <span className={hidden['hidden']}> (opens a new tab)</span>
            </a>
          </li>
        ))}
      </ul>
    </Row>
  );
}

interface ExternalLink {
  name: string;
  url: string;
}

/** Links to sites about a species, by its GBIF id if known, else by name. */
function linksTo({
  scientific_name: name,
  gbif_id: gbifId,
}: Pick<Suggestion, 'scientific_name' | 'gbif_id'>): ExternalLink[] {
  const query = encodeURIComponent(name);
  return [
    {
      name: 'GBIF',
      url:
        gbifId === undefined
          ? `https://www.gbif.org/species/search?q=${query}`
          : `https://www.gbif.org/species/${encodeURIComponent(gbifId)}`,
    },
    { name: 'Wikipedia', url: `https://en.wikipedia.org/wiki/Special:Search?search=${query}` },
    { name: 'Plants of the World Online', url: `https://powo.science.kew.org/results?q=${query}` },
  ];
}
