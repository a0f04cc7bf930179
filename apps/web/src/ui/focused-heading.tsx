'use client';

import { type ReactNode, useEffect, useRef } from 'react';

interface FocusedHeadingProps {
  children: ReactNode;
  /** Focus moves here when the heading appears. */
  active: boolean;
  lang?: string | undefined;
}

/** The `h1` of a page. Focus moves to it when the page shows a new state. */
export function FocusedHeading({ children, active, lang }: FocusedHeadingProps) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    if (active) heading.current?.focus();
  }, [active]);
  return (
    <h1 ref={heading} tabIndex={-1} lang={lang}>
      {children}
    </h1>
  );
}
