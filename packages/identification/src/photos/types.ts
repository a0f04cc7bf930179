/** A photo as it came in: bytes nobody has looked into yet. */
export interface UploadedPhoto {
  /** As the client said; for messages only, never for a path, a header or a decision alone. */
  name: string;
  /** The declared media type, lower case; empty when none was declared. */
  declaredType: string;
  /** Bytes. */
  size: number;
  /** All of them, put together when they are first asked for: an answer that is known needs none. */
  readonly bytes: Buffer;
  /** SHA-256 of `bytes`, lower-case hex: the photo's identity in cache keys and the store. */
  hash: string;
}

export type PhotoType = 'jpeg' | 'png' | 'webp' | 'gif';

export interface PhotoLimits {
  maxBytes: number;
  /** Pixels on the longer side. */
  maxSide: number;
  /** Width x height x frames, in pixels. */
  maxPixels: number;
  maxPhotos: number;
}

/** The only form of a photo that leaves or is stored: upright JPEG, at most 1500 px, no metadata. */
export interface NormalizedPhoto {
  jpeg: Buffer;
  width: number;
  height: number;
}
