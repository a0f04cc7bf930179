/** Time limit for each answer of this device, such as from its storage, files or locks. */
export const DEVICE_TIMEOUT_MS = 1_000;

/** Error of a device that did not answer in time. */
export class DeviceTimeout extends Error {
  override readonly name = 'DeviceTimeout';
}

/**
 * Settles like `work`, but rejects with a `DeviceTimeout` after `ms`. The work continues; its late result or error is
 * dropped.
 */
export function withTimeout<T>(work: Promise<T>, ms: number = DEVICE_TIMEOUT_MS): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new DeviceTimeout(`No answer within ${ms} ms`)), ms);
    work.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}
