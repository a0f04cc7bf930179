import { AnswerLabel } from '@/features/identify/answer/answer-label.tsx';
import { AnswerRows } from '@/features/identify/answer/answer-rows.tsx';
import { LABEL_CORNERS } from '@/features/identify/answer/label-corners.ts';
import { readLabel } from '@/features/identify/answer/label-reading.ts';
import { NoPlant } from '@/features/identify/answer/no-plant.tsx';
import { PartialNotice } from '@/features/identify/answer/partial-notice.tsx';
import type { StoredIdentification } from '@/lib/wire.ts';
import { ButtonLink } from '@/ui/button.tsx';
import { DeskGrid } from '@/ui/photo-layout.tsx';
import { PhotoSheet } from '@/ui/photo-sheet.tsx';

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
