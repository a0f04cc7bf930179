import type { Piece } from './pieces.ts';

/** Properties of a PNG that make it slower to decode; `profiled`: a colour profile is applied to each pixel. */
export type PngTrait = 'transparent' | '16-bit' | 'interlaced' | 'profiled';

/** What the file's own structure says about the picture, read without decoding a pixel. */
export interface Structure {
  width: number;
  height: number;
  /** Pictures in an animation; 1 for a still. */
  frames: number;
  /** Passes over the picture: a decoder works through the whole of it once for each. */
  scans: number;
  /** Bytes a decoder must hold at once because it cannot work row by row; 0 when it can. */
  heldBytes: number;
  /** Empty for other formats. */
  traits: readonly PngTrait[];
  /** Bytes of the picture: without what follows it, and repaired where the standard leaves no choice. */
  pieces: readonly Piece[];
}

/** Maximum pieces of one picture: no camera writes so many faults, and each costs memory. */
export const MAX_PIECES = 200;

/** Why a structure cannot be followed, as the end of the sentence "Photo 1 could not be read: …". */
export interface Fault {
  fault: string;
}

export const TRUNCATED: Fault = { fault: 'the file ends before the picture does' };
export const DAMAGED: Fault = { fault: 'the file is damaged' };
