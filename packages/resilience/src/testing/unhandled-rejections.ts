import { afterEach, beforeEach } from 'vitest';

/** Collects, for each test of a file or group, the unhandled rejections of this process. */
export function collectUnhandledRejections(): readonly unknown[] {
  const unhandled: unknown[] = [];
  const collect = (reason: unknown): void => void unhandled.push(reason);
  beforeEach(() => {
    unhandled.length = 0;
    process.on('unhandledRejection', collect);
  });
  afterEach(() => {
    process.off('unhandledRejection', collect);
  });
  return unhandled;
}
