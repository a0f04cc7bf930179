import * as fc from 'fast-check';
import { faultyBodies } from './faulty-uploads.ts';
import { boundaries, contentTypes, legalBodies } from './legal-uploads.ts';

/** An upload as it arrives. */
export interface DrawnUpload {
  contentType: string;
  chunks: readonly Buffer[];
  /** Whether it keeps to the grammar: a reader must accept it, and two readers find the same in it. */
  isLegal: boolean;
}

/** Draws uploads, one half of them legal, the other with one or two faults, in chunks of any size. */
export function drawnUploads(): fc.Arbitrary<DrawnUpload> {
  return fc
    .tuple(boundaries, fc.boolean())
    .chain(([boundary, isLegal]) =>
      fc
        .tuple(contentTypes(boundary), isLegal ? legalBodies(boundary) : faultyBodies(boundary), chunkSizes)
        .map(([contentType, body, sizes]) => ({ contentType, chunks: inChunks(body, sizes), isLegal })),
    );
}

/** Tiny chunks among larger ones: a boundary may be cut at any of its bytes. */
const chunkSizes = fc.oneof(
  fc.constant([65_536]),
  fc.array(fc.oneof(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 300 })), { minLength: 2, maxLength: 12 }),
);

function inChunks(body: Buffer, sizes: readonly number[]): Buffer[] {
  const chunks: Buffer[] = [];
  for (let at = 0, turn = 0; at < body.length; turn += 1) {
    const size = sizes[turn % sizes.length] ?? 1;
    chunks.push(body.subarray(at, at + size));
    at += size;
  }
  return chunks;
}
