import type { Metadata } from 'next';
import { notFound, redirect } from 'next/navigation';
import { photoPath } from '@/features/history/sheets.ts';
import { AnswerSheet } from '@/features/identify/answer/answer-sheet.tsx';
import { readLabel } from '@/features/identify/answer/label-reading.ts';
import { identificationOf } from '@/server/page-data.ts';
import { orUnavailable } from '@/server/procedure-errors.ts';
import { viewer } from '@/server/viewer.ts';
import { ButtonLink } from '@/ui/button.tsx';
import { Unavailable } from '@/ui/message-page.tsx';
import page from '@/ui/page.module.css';

interface StoredPageProps {
  params: Promise<{ id: string }>;
}

export async function generateMetadata({ params }: StoredPageProps): Promise<Metadata> {
  const { principal } = await viewer();
  const { id } = await params;
  const answer = principal && (await orUnavailable(() => identificationOf(id)));
  if (!answer || answer === 'unavailable') return { title: 'Sheet' };
  const reading = readLabel(answer);
  return { title: reading.type === 'no_plant' ? 'No plant found' : `${reading.title}, ${reading.confidence}` };
}

export default async function StoredPage({ params }: StoredPageProps) {
  const { id } = await params;
  const { isUnknown, principal } = await viewer();
  if (isUnknown) return <Unavailable what="your herbarium" />;
  if (!principal) redirect(`/login?next=${encodeURIComponent(`/history/${id}`)}`);
  const answer = await orUnavailable(() => identificationOf(id));
  if (answer === 'unavailable') return <Unavailable what="your herbarium" />;
  if (!answer) notFound();
  const photo = answer.photos > 0 ? photoPath(answer.id) : undefined;
  return (
    <main className={page['page']}>
      <AnswerSheet answer={answer} reading={readLabel(answer)} photo={photo} at={answer.created_at} fresh={false}>
        <div>
          <ButtonLink href="/history">Back to your herbarium</ButtonLink>
        </div>
      </AnswerSheet>
    </main>
  );
}
