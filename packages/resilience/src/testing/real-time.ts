/** Lets real time pass: for tests that show what Redis' own clock does, which nobody can move. */
export function pass(ms: number): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  setTimeout(resolve, ms);
  return promise;
}
