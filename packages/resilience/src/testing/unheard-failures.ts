import { afterEach, beforeEach } from 'vitest';

/** Gathers, for each test of a file or group, the rejections of this process that nobody handles. */
export function listenForUnheardFailures(): readonly unknown[] {
  const unheard: unknown[] = [];
  const note = (reason: unknown): void => void unheard.push(reason);
  beforeEach(() => {
    unheard.length = 0;
    process.on('unhandledRejection', note);
  });
  afterEach(() => {
    process.off('unhandledRejection', note);
  });
  return unheard;
}
