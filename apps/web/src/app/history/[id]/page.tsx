import type { Metadata } from 'next';
import { notFound, redirect } from 'next/navigation';
import { FiledAnswer } from '@/features/history/filed-answer.tsx';
import { photoPath } from '@/features/history/photo-path.ts';
import { readLabel } from '@/features/identify/answer/label-reading.ts';
import { identificationOf } from '@/server/history.ts';
import { orUnavailable } from '@/server/or-unavailable.ts';
import { viewer } from '@/server/viewer.ts';
import page from '@/ui/page.module.css';
import { Unavailable } from '@/ui/unavailable.tsx';

interface FiledPageProps {
  params: Promise<{ id: string }>;
}

export async function generateMetadata({ params }: FiledPageProps): Promise<Metadata> {
  const { principal } = await viewer();
  const { id } = await params;
  const answer = principal && (await orUnavailable(() => identificationOf(id)));
  if (!answer || answer === 'unavailable') return { title: 'Sheet' };
  const reading = readLabel(answer);
  return { title: reading.kind === 'no_plant' ? 'No plant found' : `${reading.title}, ${reading.word}` };
}

export default async function FiledPage({ params }: FiledPageProps) {
  const { id } = await params;
  const { isUnknown, principal } = await viewer();
  if (isUnknown) return <Unavailable what="your herbarium" />;
  if (!principal) redirect(`/login?next=${encodeURIComponent(`/history/${id}`)}`);
  const answer = await orUnavailable(() => identificationOf(id));
  if (answer === 'unavailable') return <Unavailable what="your herbarium" />;
  if (!answer) notFound();
  return (
    <main className={page['page']}>
      <FiledAnswer answer={answer} photo={answer.photos > 0 ? photoPath(answer.id) : undefined} />
    </main>
  );
}
