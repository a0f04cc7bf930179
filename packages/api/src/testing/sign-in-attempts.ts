/** A password check for `throttles.signIn` that fails. */
export const wrong = async (): Promise<void> => undefined;

/** A password check for `throttles.signIn` that succeeds. */
export const right = async (attempt: { succeeded(): void }): Promise<void> => attempt.succeeded();

/** Makes calls one after the other. */
export async function times(count: number, call: (index: number) => Promise<unknown>): Promise<void> {
  for (let index = 0; index < count; index += 1) await call(index);
}

/** Resolves with false when a call is refused. */
export const isAllowed = (call: Promise<unknown>): Promise<boolean> =>
  call.then(
    () => true,
    () => false,
  );
