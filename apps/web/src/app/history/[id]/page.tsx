import type { Metadata } from 'next';
import { notFound, redirect } from 'next/navigation';
import { photoPath } from '@/client/photo/photo-path.ts';
import { readLabel } from '@/client/reading/label-reading.ts';
import { FiledAnswer } from '@/components/history/filed-answer.tsx';
import page from '@/components/paper/page.module.css';
import { identificationOf } from '@/server/history.ts';
import { viewer } from '@/server/viewer.ts';

interface FiledPageProps {
  params: Promise<{ id: string }>;
}

export async function generateMetadata({ params }: FiledPageProps): Promise<Metadata> {
  const { principal } = await viewer();
  const answer = principal && (await identificationOf((await params).id));
  if (!answer) return { title: 'Sheet' };
  const reading = readLabel(answer);
  return { title: reading.kind === 'no_plant' ? 'No plant found' : `${reading.title}, ${reading.word}` };
}

export default async function FiledPage({ params }: FiledPageProps) {
  const { id } = await params;
  const { principal } = await viewer();
  if (!principal) redirect(`/login?next=${encodeURIComponent(`/history/${id}`)}`);
  const answer = await identificationOf(id);
  if (!answer) notFound();
  return (
    <main className={page['page']}>
      <FiledAnswer answer={answer} photo={answer.photos > 0 ? photoPath(answer.id) : undefined} />
    </main>
  );
}
