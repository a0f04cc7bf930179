import type { ImgHTMLAttributes } from 'react';

/**
 * A photo as it is: from this device, from its owner's private address, or from wherever a service keeps its reference
 * pictures. None of them may go through an image optimiser, and no other site learns which page shows them.
 */
export function Picture({ alt, ...rest }: ImgHTMLAttributes<HTMLImageElement> & { alt: string }) {
  // oxlint-disable-next-line next/no-img-element -- for the reason above
  return <img alt={alt} decoding="async" referrerPolicy="no-referrer" {...rest} />;
}
