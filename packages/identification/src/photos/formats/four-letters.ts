/** A chunk's type as the number its four letters make: a file may hold a million chunks, and a string each is slow. */
export function chunkType(letters: string): number {
  return Buffer.from(letters, 'latin1').readUInt32BE(0);
}
