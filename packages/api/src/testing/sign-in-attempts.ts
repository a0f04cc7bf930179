/** A check of a password for `throttles.signIn`, which finds it wrong. */
export const wrong = async (): Promise<void> => undefined;

/** A check of a password for `throttles.signIn`, which finds it right. */
export const right = async (attempt: { succeeded(): void }): Promise<void> => attempt.succeeded();

/** Makes calls one after the other. */
export async function times(count: number, call: (index: number) => Promise<unknown>): Promise<void> {
  for (let index = 0; index < count; index += 1) await call(index);
}

/** Resolves with false when a call is refused. */
export const isLetIn = (call: Promise<unknown>): Promise<boolean> =>
  call.then(
    () => true,
    () => false,
  );
