import { readLabel } from '@/client/reading/label-reading.ts';
import type { StoredIdentification } from '@/client/wire.ts';
import { AnswerLabel } from '../answer/answer-label.tsx';
import { AnswerRows } from '../answer/answer-rows.tsx';
import { LABEL_CORNERS } from '../answer/label-corners.ts';
import { NoPlant } from '../answer/no-plant.tsx';
import { PartialNotice } from '../answer/partial-notice.tsx';
import { ButtonLink } from '../controls/button.tsx';
import { DeskGrid } from '../paper/desk-grid.tsx';
import { PhotoSheet } from '../paper/photo-sheet.tsx';

/** A finished sheet taken out of its drawer. */
export function FiledAnswer({ answer, photo }: { answer: StoredIdentification; photo: string | undefined }) {
  const reading = readLabel(answer);
  if (reading.kind === 'no_plant') {
    return (
      <DeskGrid panel="beside" photo={<PhotoSheet src={photo} alt="Your photo" />}>
        <NoPlant answer={answer} fresh={false} />
        <Back />
      </DeskGrid>
    );
  }
  return (
    <>
      <DeskGrid panel="label" photo={<PhotoSheet src={photo} alt="Your photo" corners={LABEL_CORNERS} />}>
        <AnswerLabel answer={answer} reading={reading} at={answer.created_at} fresh={false} />
        <PartialNotice answer={answer} />
        <Back />
      </DeskGrid>
      <AnswerRows answer={answer} reading={reading} photo={photo} />
    </>
  );
}

function Back() {
  return (
    <div>
      <ButtonLink href="/history">Back to your herbarium</ButtonLink>
    </div>
  );
}
