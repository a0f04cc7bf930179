import { bytesText } from '@/lib/format/amounts.ts';
import { Ruler } from '@/ui/ruler.tsx';
import hidden from '@/ui/visually-hidden.module.css';

/** The bytes that have really left. */
export function UploadRuler({ sent, total }: { sent: number; total: number }) {
  return (
    <>
      <progress
        className={hidden['hidden']}
        aria-label="Sending your photo"
        aria-valuetext={`${bytesText(sent)} of ${bytesText(total)}`}
        value={Math.min(sent, total)}
        max={total}
      />
      <Ruler fill={total === 0 ? 0 : sent / total} />
    </>
  );
}
