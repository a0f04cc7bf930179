import type { Clock } from '@plantcommunity/resilience';
import { UploadError } from './upload-error.ts';

/** How long bytes that have no room wait for some. */
const PATIENCE_MS = 2_000;
/** One subject holds at most this share of the memory. */
const SHARE = 1 / 4;
/** All subjects of one address hold at most this share: accounts are free to make. */
const ADDRESS_SHARE = 1 / 2;

/** What one upload holds of the memory, as its bytes arrive. */
export interface HeldMemory {
  /**
   * Adds bytes that have arrived. Undefined when there is room; else waits for at most 2 seconds.
   * @throws {UploadError} `busy`, with `overShare` when the subject itself fills its share
   */
  take(bytes: number): Promise<void> | undefined;
  /** Gives all of it back: the request has its answer. */
  release(): void;
}

/** The bytes of uploads in flight in this process, bounded in all, for each subject and for each address. */
export interface UploadMemory {
  readonly heldBytes: number;
  /** Begins with nothing: senders hold what they sent, not what they declared. */
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
          // A reader that has not yet noticed that its request is over takes nothing any more.
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
            const cancelTimer = clock.setTimeout(stopWaiting, PATIENCE_MS);
            waiting.add(entry);
          });
        },

        release() {
          isReleased = true;
          stopWaiting?.();
          grant(-held);
          // In the order they came; one that waits for its own share, or its address's, does not hold up the others.
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

function noRoom(overShare: boolean): UploadError {
  return new UploadError('busy', 'There is no memory left for this upload.', { overShare });
}
