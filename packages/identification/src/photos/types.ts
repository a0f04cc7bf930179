/** A photo as it was uploaded; its bytes have not been inspected yet. */
export interface UploadedPhoto {
  /** As the client named it; for messages only, never for a path or a header, nor as the only reason of a decision. */
  name: string;
  /** The declared media type, lower case; empty when none was declared. */
  declaredType: string;
  /** Number of bytes. */
  size: number;
  /** Joined on first access: a cached answer does not need them. */
  readonly bytes: Buffer;
  /** SHA-256 of `bytes`, lower-case hex: the photo's identity in cache keys and the store. */
  hash: string;
}

export interface PhotoLimits {
  maxBytes: number;
  /** Pixels on the longer side. */
  maxSide: number;
  /** Width x height x frames, in pixels. */
  maxPixels: number;
  maxPhotos: number;
}

/** The only form of a photo that is sent to providers or stored: upright JPEG, at most 1500 px, no metadata. */
export interface NormalizedPhoto {
  jpeg: Buffer;
  width: number;
  height: number;
}
