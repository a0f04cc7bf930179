import { createHash } from 'node:crypto';
import type { UploadedPhoto } from '@plantcommunity/http';
import type { PhotoLimits } from '../types.ts';

export const LIMITS: PhotoLimits = { maxBytes: 10_485_760, maxSide: 10_000, maxPixels: 89_000_000, maxPhotos: 5 };

/** Makes an uploaded photo without name and declared type unless given. */
export function uploaded(bytes: Buffer, claims: { name?: string; declaredType?: string } = {}): UploadedPhoto {
  const hash = createHash('sha256').update(bytes).digest('hex');
  return { name: claims.name ?? '', declaredType: claims.declaredType ?? '', size: bytes.length, bytes, hash };
}
