import type { Clock } from '@plantcommunity/resilience';
import { UploadError } from './upload-error.ts';

/** How long bytes that have no room wait for some. */
const PATIENCE_MS = 2_000;
/** One subject holds at most this share of the memory. */
const SHARE = 1 / 4;

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

/** The bytes of uploads in flight in this process, bounded in all and for each subject. */
export interface UploadMemory {
  readonly heldBytes: number;
  /** Begins with nothing: senders hold what they sent, not what they declared. */
  hold(subject: string): HeldMemory;
}

interface Waiting {
  fits(): boolean;
  grant(): void;
}

export function createUploadMemory(limitBytes: number, clock: Clock): UploadMemory {
  const bySubject = new Map<string, number>();
  const waiting = new Set<Waiting>();
  let heldBytes = 0;

  const heldBy = (subject: string): number => bySubject.get(subject) ?? 0;
  const isOverShare = (subject: string, bytes: number): boolean => heldBy(subject) + bytes > limitBytes * SHARE;
  const fits = (subject: string, bytes: number): boolean =>
    heldBytes + bytes <= limitBytes && !isOverShare(subject, bytes);

  function add(subject: string, bytes: number): void {
    heldBytes += bytes;
    const held = heldBy(subject) + bytes;
    if (held === 0) bySubject.delete(subject);
    else bySubject.set(subject, held);
  }

  return {
    get heldBytes() {
      return heldBytes;
    },

    hold(subject) {
      let held = 0;
      let isReleased = false;
      let stopWaiting: (() => void) | undefined;

      const grant = (bytes: number): void => {
        held += bytes;
        add(subject, bytes);
      };

      return {
        take(bytes) {
          // A reader that has not yet noticed that its request is over takes nothing any more.
          if (isReleased) return Promise.reject(noRoom(false));
          if (fits(subject, bytes)) {
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
              fits: () => fits(subject, bytes),
              grant() {
                settle();
                grant(bytes);
                resolve();
              },
            };
            stopWaiting = () => {
              settle();
              reject(noRoom(isOverShare(subject, bytes)));
            };
            const cancelTimer = clock.setTimeout(stopWaiting, PATIENCE_MS);
            waiting.add(entry);
          });
        },

        release() {
          isReleased = true;
          stopWaiting?.();
          add(subject, -held);
          held = 0;
          // In the order they came; one that waits for its own share does not hold up the others.
          for (const entry of waiting) if (entry.fits()) entry.grant();
        },
      };
    },
  };
}

function noRoom(overShare: boolean): UploadError {
  return new UploadError('busy', 'There is no memory left for this upload.', { overShare });
}
