/** Checks of a password, for `throttles.signIn`: one that finds it wrong, and one that finds it right. */
export const wrong = async (): Promise<void> => undefined;
export const right = async (attempt: { succeeded(): void }): Promise<void> => attempt.succeeded();
