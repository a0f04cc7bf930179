import type { ReactNode } from 'react';
import { utcText } from '@/lib/format/time.ts';

/** Text about a point in time, in the reader's time zone; its UTC appears on hover. `at` is ISO 8601. */
export function Moment({
  at,
  className,
  children,
}: {
  at: string;
  className?: string | undefined;
  children: ReactNode;
}) {
  return (
    <time dateTime={at} title={utcText(at)} className={className}>
      {children}
    </time>
  );
}
