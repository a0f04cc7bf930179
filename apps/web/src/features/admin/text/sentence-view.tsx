import { Moment } from '@/ui/moment.tsx';
import type { Sentence } from './sentence.ts';

/** Shows a sentence with its figures and times in bold. */
export function SentenceView({ sentence }: { sentence: Sentence }) {
  return sentence.map((part, index) => {
    const key = `${index} ${typeof part}`;
    if (typeof part === 'string') return <span key={key}>{part}</span>;
    if (part.at === undefined) return <b key={key}>{part.text}</b>;
    return (
      <Moment key={key} at={part.at}>
        <b>{part.text}</b>
      </Moment>
    );
  });
}
