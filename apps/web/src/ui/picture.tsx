'use client';

import { type ImgHTMLAttributes, useEffect, useState } from 'react';

/**
 * A photo as it is: from this device, from its owner's private address, or from wherever a service keeps its reference
 * pictures. None of them may go through an image optimiser, and no other site learns which page shows them.
 */
export function Picture({ alt, ...rest }: ImgHTMLAttributes<HTMLImageElement> & { alt: string }) {
  // oxlint-disable-next-line next/no-img-element -- for the reason above
  return <img alt={alt} decoding="async" referrerPolicy="no-referrer" {...rest} />;
}

/** An object URL of a file for as long as it is shown. */
export function usePreview(file: File | undefined): string | undefined {
  const [preview, setPreview] = useState<{ file: File; url: string }>();
  useEffect(() => {
    if (file === undefined) return;
    const url = URL.createObjectURL(file);
    // oxlint-disable-next-line react/set-state-in-effect -- one effect makes the URL and revokes it
    setPreview({ file, url });
    return () => URL.revokeObjectURL(url);
  }, [file]);
  return preview?.file === file ? preview?.url : undefined;
}
