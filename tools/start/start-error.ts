/** Ends a start with a message for people, without a stack. */
export class StartError extends Error {
  override readonly name = 'StartError';
}
