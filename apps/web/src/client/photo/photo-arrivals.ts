'use client';

import { useEffect, useEffectEvent, useState } from 'react';

const carriesFiles = (transfer: DataTransfer | null) => transfer?.types.includes('Files') ?? false;

/**
 * Takes photos that are dropped anywhere on the page or pasted. Says whether one is above the page right now. What is
 * dragged from the page itself, or is no file, is left alone.
 */
export function usePhotoArrivals(onFiles: (files: readonly File[]) => void): { above: boolean } {
  const [above, setAbove] = useState(false);
  const hand = useEffectEvent((files: FileList | undefined) => {
    if (files && files.length > 0) onFiles([...files]);
  });

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
      hand(event.dataTransfer?.files);
    });
    listen('paste', (event) => hand(event.clipboardData?.files));
    return () => leaving.abort();
  }, []);

  return { above };
}
