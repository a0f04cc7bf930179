/** Time limit for each answer of this device: of its storage, its files, its locks. */
export const DEVICE_TIMEOUT_MS = 1_000;

/** Error of a device that did not answer in time. */
export class DeviceTimeout extends Error {
  override readonly name = 'DeviceTimeout';
}

/**
 * Settles as `work` does, and rejects with a `DeviceTimeout` when that takes too long. The work itself goes on: its
 * late result is dropped, also when that is an error.
 */
export function withTimeout<T>(work: Promise<T>, ms: number = DEVICE_TIMEOUT_MS): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new DeviceTimeout(`No answer within ${ms} ms`)), ms);
    work.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}
