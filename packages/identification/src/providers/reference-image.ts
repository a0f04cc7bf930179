import type { ReferenceImage } from '../provider.ts';
import { plainText } from './plain-text.ts';

export interface RawImage {
  url: string | null | undefined;
  author?: string | null | undefined;
  license?: string | null | undefined;
}

const MAX_URL_LENGTH = 2048;

/** The images that a page may show: https only, without user names in the address, each once, at most `maxItems`. */
export function referenceImages(images: readonly RawImage[], maxItems: number): ReferenceImage[] {
  const byUrl = new Map<string, ReferenceImage>();
  for (const image of images) {
    if (byUrl.size === maxItems) break;
    const url = httpsUrl(image.url);
    if (url === undefined || byUrl.has(url)) continue;
    const author = plainText(image.author, 200);
    const license = plainText(image.license, 60);
    byUrl.set(url, { url, ...(author && { author }), ...(license && { license }) });
  }
  return [...byUrl.values()];
}

function httpsUrl(value: string | null | undefined): string | undefined {
  if (!value || value.length > MAX_URL_LENGTH) return undefined;
  const url = URL.parse(value);
  return url?.protocol === 'https:' && url.username === '' && url.password === '' ? url.href : undefined;
}
