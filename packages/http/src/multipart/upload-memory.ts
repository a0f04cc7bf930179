import type { Clock } from '@plantcommunity/resilience';
import { HttpError } from '../errors.ts';

/** Maximum time that an upload waits for free memory. */
const MAX_WAIT_MS = 2_000;
/** Maximum fraction of the memory that one subject may hold. */
const SHARE = 1 / 4;
/** Maximum fraction for all subjects of one address together: a client can register any number of accounts. */
const ADDRESS_SHARE = 1 / 2;

/** The memory that one upload holds; grows as its bytes arrive. */
export interface HeldMemory {
  /**
   * Adds bytes that have arrived. Returns undefined when there is room; otherwise waits for at most 2 seconds.
   * @throws {HttpError} `busy`, with `overShare` when the subject has used up its share
   */
  take(bytes: number): Promise<void> | undefined;
  /** Releases all of it, once the request has been answered. */
  release(): void;
}

/** Limits the bytes of uploads in flight in this process: in total, for each subject and for each address. */
export interface UploadMemory {
  readonly heldBytes: number;
  /** Begins at 0 bytes: received bytes count, not the declared size. */
  hold(subject: string, address: string): HeldMemory;
}

interface Waiting {
  fits(): boolean;
  grant(): void;
}

export function createUploadMemory(limitBytes: number, clock: Clock): UploadMemory {
  const bySubject = new Map<string, number>();
  const byAddress = new Map<string, number>();
  const waiting = new Set<Waiting>();
  let heldBytes = 0;

  return {
    get heldBytes() {
      return heldBytes;
    },

    hold(subject, address) {
      let held = 0;
      let isReleased = false;
      let stopWaiting: (() => void) | undefined;

      const isOverShare = (bytes: number): boolean => (bySubject.get(subject) ?? 0) + bytes > limitBytes * SHARE;
      const fits = (bytes: number): boolean =>
        heldBytes + bytes <= limitBytes &&
        (byAddress.get(address) ?? 0) + bytes <= limitBytes * ADDRESS_SHARE &&
        !isOverShare(bytes);
      const grant = (bytes: number): void => {
        held += bytes;
        heldBytes += bytes;
        add(bySubject, subject, bytes);
        add(byAddress, address, bytes);
      };

      return {
        take(bytes) {
          // The reader has not yet noticed that its request is over.
          if (isReleased) return Promise.reject(noRoom(false));
          if (fits(bytes)) {
            grant(bytes);
            return undefined;
          }
          return new Promise((resolve, reject) => {
            const settle = (): void => {
              cancelTimer();
              waiting.delete(entry);
              stopWaiting = undefined;
            };
            const entry: Waiting = {
              fits: () => fits(bytes),
              grant() {
                settle();
                grant(bytes);
                resolve();
              },
            };
            stopWaiting = () => {
              settle();
              reject(noRoom(isOverShare(bytes)));
            };
            const cancelTimer = clock.setTimeout(stopWaiting, MAX_WAIT_MS);
            waiting.add(entry);
          });
        },

        release() {
          isReleased = true;
          stopWaiting?.();
          grant(-held);
          // First come, first served; an upload that waits for the share of its subject or address blocks no others.
          for (const entry of waiting) if (entry.fits()) entry.grant();
        },
      };
    },
  };
}

function add(counts: Map<string, number>, key: string, bytes: number): void {
  const sum = (counts.get(key) ?? 0) + bytes;
  if (sum === 0) counts.delete(key);
  else counts.set(key, sum);
}

function noRoom(overShare: boolean): HttpError {
  return new HttpError('busy', 'There is no memory left for this upload.', { overShare });
}
