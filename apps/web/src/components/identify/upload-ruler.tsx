import { bytesText } from '@/client/words/amounts.ts';
import { Ruler } from '../paper/ruler.tsx';

/** The bytes that have really left. */
export function UploadRuler({ sent, total }: { sent: number; total: number }) {
  return (
    <div
      role="progressbar"
      aria-label="Sending your photo"
      aria-valuemin={0}
      aria-valuemax={total}
      aria-valuenow={Math.min(sent, total)}
      aria-valuetext={`${bytesText(sent)} of ${bytesText(total)}`}
    >
      <Ruler fill={total === 0 ? 0 : sent / total} />
    </div>
  );
}
