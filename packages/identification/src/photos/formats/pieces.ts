/** A run of a file's own bytes, `to` exclusive, or bytes that a repair puts between two of them. */
export type Piece = { from: number; to: number } | Buffer;

/** List of the pieces that remain of a file, made while it is read from its beginning to its end. */
export interface PieceList {
  /** Number of pieces so far. */
  readonly count: number;
  /** Replaces a run, `to` exclusive, by `instead`, or leaves it out. */
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
