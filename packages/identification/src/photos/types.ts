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
