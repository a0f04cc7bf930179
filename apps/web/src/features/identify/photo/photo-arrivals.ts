'use client';

import { useEffect, useEffectEvent, useState } from 'react';

const carriesFiles = (transfer: DataTransfer | null) => transfer?.types.includes('Files') ?? false;

/** Takes files that were chosen, dropped or pasted; `folders` are the names of those that are folders. */
export type PickFiles = (files: readonly File[], folders?: readonly string[]) => void;

/** Returns the names of folders. Browsers hand over a folder as an unreadable file; only its entry shows what it is. */
function foldersIn(transfer: DataTransfer): string[] {
  const entries = [...transfer.items].map((item) => (item.kind === 'file' ? item.webkitGetAsEntry() : null));
  return entries.flatMap((entry) => (entry?.isDirectory ? [entry.name] : []));
}

/**
 * Takes photos that are dropped anywhere on the page or pasted. Says whether one is above the page right now. What is
 * dragged from the page itself, or is no file, is left alone.
 */
export function usePhotoArrivals(onFiles: PickFiles): { above: boolean } {
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
