/** Ends a start with a message for people; there is nothing to trace. */
export class StartError extends Error {
  override readonly name = 'StartError';
}
