'use client';

import { Camera, Image as Picture } from 'lucide-react';
import { type ReactNode, useEffect, useEffectEvent, useRef, useState } from 'react';
import { type ButtonLook, buttonClass } from '@/ui/button.tsx';
import { StickyBar } from '@/ui/layout.tsx';
import hidden from '@/ui/visually-hidden.module.css';

const carriesFiles = (transfer: DataTransfer | null) => transfer?.types.includes('Files') ?? false;

/** Takes files that were chosen, dropped or pasted; `folders` are the names of those that are folders. */
export type OnFiles = (files: readonly File[], folders?: readonly string[]) => void;

/** Returns the names of folders. Browsers hand over a folder as an unreadable file; only its entry shows what it is. */
function foldersIn(transfer: DataTransfer): string[] {
  const entries = [...transfer.items].map((item) => (item.kind === 'file' ? item.webkitGetAsEntry() : null));
  return entries.flatMap((entry) => (entry?.isDirectory ? [entry.name] : []));
}

/**
 * Takes photos that are dropped anywhere on the page or pasted. Says whether one is above the page right now. What is
 * dragged from the page itself, or is no file, is left alone.
 */
export function usePhotoDrop(onFiles: OnFiles): { above: boolean } {
  const [above, setAbove] = useState(false);
  const hand = useEffectEvent((transfer: DataTransfer) => onFiles([...transfer.files], foldersIn(transfer)));

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
    const rest = () => {
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
      if (depth <= 0) rest();
    });
    listen('drop', (event) => {
      if (!over(event)) return;
      rest();
      if (event.dataTransfer !== null) hand(event.dataTransfer);
    });
    listen('paste', ({ clipboardData }) => {
      // Pasted text is left to the page.
      if (clipboardData !== null && clipboardData.files.length > 0) hand(clipboardData);
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

/** On a phone, within reach of the thumb: the camera first, the gallery apart. */
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
