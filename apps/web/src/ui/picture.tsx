'use client';

import { type ImgHTMLAttributes, useEffect, useState } from 'react';

/**
 * Shows a picture of this device, of the private photo route, or of a provider's site. Without an image optimiser, which
 * must not see private photos, and without a referrer, which would tell other sites the page.
 */
export function Picture({ alt, ...rest }: ImgHTMLAttributes<HTMLImageElement> & { alt: string }) {
  // oxlint-disable-next-line next/no-img-element -- for the reason above
  return <img alt={alt} decoding="async" referrerPolicy="no-referrer" {...rest} />;
}

/** Returns an object URL of a file, and revokes it when the file changes or the component unmounts. */
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
