import type { ReferenceImage } from '../types.ts';
import { plainText } from './plain-text.ts';

export interface RawImage {
  url: string | null | undefined;
  author?: string | null | undefined;
  license?: string | null | undefined;
}

const MAX_URL_LENGTH = 2048;

/**
 * Returns the images that a page may show, at most `maxItems` and each once: over https from one of `hosts`, without
 * user name or port in the URL.
 */
export function referenceImages(
  images: readonly RawImage[],
  hosts: readonly string[],
  maxItems: number,
): ReferenceImage[] {
  const byUrl = new Map<string, ReferenceImage>();
  for (const image of images) {
    if (byUrl.size === maxItems) break;
    const url = addressOn(hosts, image.url);
    if (url === undefined || byUrl.has(url)) continue;
    const author = plainText(image.author, 200);
    const license = plainText(image.license, 60);
    byUrl.set(url, { url, ...(author && { author }), ...(license && { license }) });
  }
  return [...byUrl.values()];
}

function addressOn(hosts: readonly string[], value: string | null | undefined): string | undefined {
  if (!value || value.length > MAX_URL_LENGTH) return undefined;
  const url = URL.parse(value);
  if (url?.protocol !== 'https:' || url.username !== '' || url.password !== '') return undefined;
  return hosts.includes(url.host) ? url.href : undefined;
}
