'use client';

import { type ReactNode, useEffect, useRef } from 'react';
import { type ButtonLook, buttonClass } from '@/ui/button.tsx';
import hidden from '@/ui/visually-hidden.module.css';
import type { PickFiles } from './photo-arrivals.ts';

interface PickPhotoProps extends ButtonLook {
  children: ReactNode;
  /** Opens a phone's camera instead of its gallery. */
  camera?: boolean;
  onFiles: PickFiles;
}

/** A button that is a real file input, so that it works by pointer, keyboard and voice alike. */
export function PickPhoto({ children, camera = false, onFiles, ...look }: PickPhotoProps) {
  const input = useRef<HTMLInputElement>(null);
  const take = useRef(onFiles);
  useEffect(() => {
    take.current = onFiles;
  });

  const hand = () => {
    const files = [...(input.current?.files ?? [])];
    if (files.length === 0) return;
    // Reading begins before the input releases the files.
    take.current(files);
    // Emptied, so that the same file can be chosen again after it was removed.
    if (input.current) input.current.value = '';
  };
  // A photo may have been chosen before this script arrived.
  useEffect(hand, []);

  return (
    <label className={buttonClass(look)}>
      <input
        ref={input}
        type="file"
        className={hidden['hidden']}
        accept="image/jpeg,image/png,image/webp,image/gif"
        {...(camera ? { capture: 'environment' as const } : {})}
        onChange={hand}
      />
      {children}
    </label>
  );
}
