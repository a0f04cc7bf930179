/** A caller took the stream of an answer too slowly, so that its connection was broken. */
export class StalledReaderError extends Error {
  override readonly name = 'StalledReaderError';
}
