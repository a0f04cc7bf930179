import type { Identification } from '@/lib/wire.ts';
import { Row } from '@/ui/layout.tsx';
import { CandidatesRow } from './candidates-row.tsx';
import { CareRow } from './care-row.tsx';
import { ExternalLinks } from './external-links.tsx';
import { Caution, HealthRow } from './health-row.tsx';
import type { LabelReading } from './label-reading.ts';
import { CompareRow } from './reference-pictures.tsx';

interface AnswerRowsProps {
  answer: Identification;
  reading: Exclude<LabelReading, { type: 'no_plant' }>;
  photo: string | undefined;
}

/** All that is known beside the name. What is unknown has no row; the caution always stands. */
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
