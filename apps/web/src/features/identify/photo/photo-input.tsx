'use client';

import { OFFERED_MEDIA_TYPES } from '@plantcommunity/identification/photo-formats';
import { Camera, Image as Picture } from 'lucide-react';
import { type ReactNode, useEffect, useEffectEvent, useRef, useState } from 'react';
import { type ButtonLook, buttonClass } from '@/ui/button.tsx';
import { StickyBar } from '@/ui/layout.tsx';
import hidden from '@/ui/visually-hidden.module.css';

const carriesFiles = (transfer: DataTransfer | null) => transfer?.types.includes('Files') ?? false;

/** Receives files that were chosen, dropped or pasted; `folders` names those that are folders. */
export type OnFiles = (files: readonly File[], folders?: readonly string[]) => void;

/** Returns the names of folders. Browsers hand over a folder as an unreadable file; only its entry shows what it is. */
function foldersIn(transfer: DataTransfer): string[] {
  const entries = [...transfer.items].map((item) => (item.kind === 'file' ? item.webkitGetAsEntry() : null));
  return entries.flatMap((entry) => (entry?.isDirectory ? [entry.name] : []));
}

/**
 * Receives photos that are dropped anywhere on the page or pasted. `above` tells whether one is dragged over the page.
 * Ignores elements dragged from the page itself, and everything but files.
 */
export function usePhotoDrop(onFiles: OnFiles): { above: boolean } {
  const [above, setAbove] = useState(false);
  const handOver = useEffectEvent((transfer: DataTransfer) => onFiles([...transfer.files], foldersIn(transfer)));

  useEffect(() => {
    const leaving = new AbortController();
    const listen = <K extends keyof WindowEventMap>(type: K, then: (event: WindowEventMap[K]) => void) =>
      window.addEventListener(type, then, { signal: leaving.signal });
    let ours = false;
    let depth = 0;

    const over = (event: DragEvent) => {
      if (ours || !carriesFiles(event.dataTransfer)) return false;
      event.preventDefault();
      return true;
    };
    const reset = () => {
      depth = 0;
      setAbove(false);
    };
    listen('dragstart', () => (ours = true));
    listen('dragend', () => (ours = false));
    listen('dragenter', (event) => {
      if (!over(event)) return;
      depth += 1;
      setAbove(true);
    });
    listen('dragover', over);
    listen('dragleave', (event) => {
      if (ours || !carriesFiles(event.dataTransfer)) return;
      depth -= 1;
      if (depth <= 0) reset();
    });
    listen('drop', (event) => {
      if (!over(event)) return;
      reset();
      if (event.dataTransfer !== null) handOver(event.dataTransfer);
    });
    listen('paste', ({ clipboardData }) => {
      // Pasted text is handled by the page.
      if (clipboardData !== null && clipboardData.files.length > 0) handOver(clipboardData);
    });
    return () => leaving.abort();
  }, []);

  return { above };
}

interface PickPhotoProps extends ButtonLook {
  children: ReactNode;
  /** Opens a phone's camera instead of its gallery. */
  camera?: boolean;
  onFiles: OnFiles;
}

/** Button around a real file input, so that it works by pointer, keyboard and voice. */
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
    // Clear the input, so that the same file can be chosen again after it was removed.
    if (input.current) input.current.value = '';
  };
  // A photo may have been chosen before this script loaded.
  useEffect(hand, []);

  return (
    <label className={buttonClass(look)}>
      <input
        ref={input}
        type="file"
        className={hidden['hidden']}
        accept={OFFERED_MEDIA_TYPES}
        {...(camera ? { capture: 'environment' as const } : {})}
        onChange={hand}
      />
      {children}
    </label>
  );
}

/** Bar at the bottom of a phone's screen: camera first, then gallery. */
export function PhotoBar({ onFiles }: { onFiles: OnFiles }) {
  return (
    <StickyBar phoneOnly>
      <PickPhoto main wide camera onFiles={onFiles}>
        <Camera size={20} strokeWidth={1.7} aria-hidden="true" />
        Take a photo
      </PickPhoto>
      <PickPhoto wide onFiles={onFiles}>
        <Picture size={19} strokeWidth={1.7} aria-hidden="true" />
        Choose from your photos
      </PickPhoto>
    </StickyBar>
  );
}
