/** Properties of a PNG that make it slower to decode; `profiled`: a colour profile is applied to each pixel. */
export type PngTrait = 'transparent' | '16-bit' | 'interlaced' | 'profiled';

/** What the structure of a file says about the picture, read without decoding a pixel. */
export interface Structure {
  width: number;
  height: number;
  /** Size of the tiles together of a picture that is a grid of them, which may reach beyond it; a decoder decodes all. */
  tiled?: { width: number; height: number };
  /** Pictures of an animation; 1 for a still. */
  frames: number;
  /** Passes over the picture: a decoder works through all of it once per scan. */
  scans: number;
  /** Bytes that a decoder must hold at once because it cannot work row by row; 0 when it can. */
  heldBytes: number;
  /** Empty for other formats. */
  traits: readonly PngTrait[];
  /** Offsets of the colour profile of a HEIC, `to` exclusive; other formats hand theirs to the decoder. */
  profile?: { from: number; to: number } | undefined;
  /** How to turn a picture whose file, not whose own metadata, says how. */
  turn?: Turn;
  /** The bytes of the picture: without trailing bytes, and repaired where the standard leaves no choice. */
  pieces: readonly Piece[];
}

/** Left and right are swapped first, then the picture is turned clockwise. */
export interface Turn {
  isMirrored: boolean;
  degrees: number;
}

/** Maximum pieces of one picture: no camera writes so many faults, and each costs memory. */
export const MAX_PIECES = 200;

/**
 * Why a structure is invalid; `truncated`: the file ends before the picture does; `unsupported_kind`: valid, but a rare
 * variant of the format; `sequence`: moving pictures only.
 */
export interface Fault {
  fault: 'truncated' | 'damaged' | 'unsupported_kind' | 'sequence';
}

export const TRUNCATED: Fault = { fault: 'truncated' };
export const DAMAGED: Fault = { fault: 'damaged' };
export const UNSUPPORTED_KIND: Fault = { fault: 'unsupported_kind' };
export const SEQUENCE: Fault = { fault: 'sequence' };

/** Returns the type of a PNG or RIFF chunk, or of a box, as a number: a file may have a million chunks, and a string for each is slow. */
export function chunkType(letters: string): number {
  return Buffer.from(letters, 'latin1').readUInt32BE(0);
}

/** A run of the file's bytes, `to` exclusive, or bytes that a repair inserts. */
export type Piece = { from: number; to: number } | Buffer;

/** The remaining pieces of a file, collected while it is read from start to end. */
export interface PieceList {
  readonly count: number;
  /** Replaces a run, `to` exclusive, by `instead`, or drops it. */
  replace(from: number, to: number, instead?: Buffer): void;
  /** Returns all pieces of a picture that ends before `to`. */
  upTo(to: number): readonly Piece[];
}

export function createPieceList(): PieceList {
  const pieces: Piece[] = [];
  let kept = 0;

  function keepTo(to: number): void {
    if (to > kept) pieces.push({ from: kept, to });
  }

  return {
    get count() {
      return pieces.length;
    },
    replace(from, to, instead) {
      keepTo(from);
      if (instead !== undefined) pieces.push(instead);
      kept = to;
    },
    upTo(to) {
      keepTo(to);
      return pieces;
    },
  };
}

/** Joins the pieces of a file; a single run is returned as a view, not a copy. */
export function joinPieces(bytes: Buffer, pieces: readonly Piece[]): Buffer {
  const parts = pieces.map((piece) => (Buffer.isBuffer(piece) ? piece : bytes.subarray(piece.from, piece.to)));
  const [only] = parts;
  return only !== undefined && parts.length === 1 ? only : Buffer.concat(parts);
}
