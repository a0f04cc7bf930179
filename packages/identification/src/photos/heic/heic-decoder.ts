import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync, realpathSync } from 'node:fs';
import { findPackageJSON } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Clock } from '@plantcommunity/resilience';
import { IdentificationError, type PhotoErrorReason } from '../../errors.ts';

/** Up to this size a decode may take `SECONDS.small`. An iPhone's photo of 12 megapixels takes 1.2 s on one core. */
const SMALL_PIXELS = 16_000_000;
const SECONDS = { small: 10, large: 30 };
/** Maximum resident memory of the process. A photo of 50 megapixels needs about 500 MB. */
const MAX_MEMORY_BYTES = 1_200_000_000;
/** Maximum share of the process in the memory of its container: the app itself needs the rest. */
const MAX_MEMORY_SHARE = 1 / 2;
/** The process can fill about 200 MB in this time. */
const WATCH_MS = 50;
/** A PNG whose longer side is below twice the side that it needs, in RGB, and its colour profile. */
const MAX_OUTPUT_BYTES = 40_000_000;
const RETRY_AFTER_MS = 5_000;
/** Exit code of the program for a file that it cannot decode. */
const UNDECODABLE = 3;
const DAMAGED: PhotoErrorReason = { type: 'unreadable', fault: 'damaged' };

/** A photo was refused while it was decoded. */
export class DecodeRefusal extends Error {
  override readonly name = 'DecodeRefusal';
  readonly reason: PhotoErrorReason;

  constructor(reason: PhotoErrorReason) {
    super(reason.type);
    this.reason = reason;
  }
}

/** The process could not work: a fault of the installation, not of the photo. */
export class HeicProcessError extends Error {
  override readonly name = 'HeicProcessError';
}

/** Decodes HEIC photos in processes of their own. */
export interface HeicDecoder {
  /**
   * Returns an upright PNG with the photo's colour profile, shrunk by a whole factor, with its longer side at least
   * `side` pixels if the photo's is.
   * @throws {DecodeRefusal} when the photo is damaged, or takes too much time or memory
   * @throws {IdentificationError} `busy` when no process can be started, or the kernel ends it for memory
   * @throws {HeicProcessError}
   * @throws the reason of `signal` once it aborts, which ends the process
   */
  decode(photo: HeicPhoto, side: number, signal: AbortSignal): Promise<Buffer>;
}

/** What the decoder reads of an inspected photo. */
interface HeicPhoto {
  readonly data: Buffer;
  width: number;
  height: number;
  /** Offsets of its colour profile in `data`, `to` exclusive. */
  profile?: { from: number; to: number };
}

export interface HeicDecoderOptions {
  clock: Clock;
  /** Path of the program that decodes; tests replace it. */
  program?: string;
  /** Limits that tests lower. */
  seconds?: { small: number; large: number };
  /** Memory of the container, as Node reports it: 0 where that is unknown, a huge number where it has no limit. */
  containerBytes?: number;
}

/** Returns the path of the program. In the built app this module is part of a bundle, but its URL still that of the source. */
function programPath(): string {
  return join(dirname(fileURLToPath(import.meta.url)), 'decode-process.mts');
}

/** Returns the path of libheif, which is an optional package; undefined where it is not installed. */
function findLibheif(): string | undefined {
  const manifest = findPackageJSON('libheif-js', import.meta.url);
  return manifest && realpathSync(join(dirname(manifest), 'libheif-wasm', 'libheif-bundle.mjs'));
}

let isInstalled: boolean | undefined;

/** Whether HEIC can be decoded here. */
export function isHeicDecoderInstalled(): boolean {
  isInstalled ??= findLibheif() !== undefined;
  return isInstalled;
}

/**
 * Creates a decoder. Its process gets no environment but NODE_ENV, so no secret; Node's permission model keeps it from files, other
 * processes, threads and add-ons, but not from the network. It is killed when it takes too long or, on Linux, too much
 * memory; the kernel ends it by its CPU time even if this process dies before, and first of all when memory runs out.
 */
export function createHeicDecoder({
  clock,
  containerBytes = process.constrainedMemory(),
  program,
  seconds = SECONDS,
}: HeicDecoderOptions): HeicDecoder {
  const maxMemoryBytes =
    containerBytes > 0 ? Math.min(MAX_MEMORY_BYTES, Math.floor(containerBytes * MAX_MEMORY_SHARE)) : MAX_MEMORY_BYTES;

  function start({ profile }: HeicPhoto, side: number, cpuSeconds: number): ChildProcess {
    const libheif = findLibheif() ?? '';
    return spawn(
      '/bin/sh',
      [
        '-c',
        // Every process on Linux may raise its score (proc(5)); other systems have no such file.
        // With equal limits the signal would be SIGKILL, by which the kernel also ends processes for memory.
        `echo 1000 >/proc/self/oom_score_adj; ulimit -S -t ${cpuSeconds} && ulimit -H -t ${cpuSeconds + 1} && exec "$0" "$@"`,
        process.execPath,
        '--permission',
        `--allow-fs-read=${libheif}`,
        program ?? programPath(),
        libheif,
        String(side),
        String(profile?.from ?? 0),
        String(profile?.to ?? 0),
      ],
      { env: { NODE_ENV: 'production' }, stdio: ['pipe', 'pipe', 'ignore'] },
    );
  }

  return {
    async decode(photo, side, signal) {
      signal.throwIfAborted();
      const limitSeconds = photo.width * photo.height <= SMALL_PIXELS ? seconds.small : seconds.large;
      const child = startOrThrowBusy(() => start(photo, side, Math.ceil(limitSeconds) + 1));
      const tooLong: PhotoErrorReason = { type: 'decode_seconds', format: 'heic', max: limitSeconds };
      let refusal: PhotoErrorReason | undefined;
      const refuse = (reason: PhotoErrorReason) => {
        refusal ??= reason;
        child.kill('SIGKILL');
      };
      const ended = collect(child, photo.data, () => refuse(DAMAGED));
      const cancelLimit = clock.setTimeout(() => refuse(tooLong), limitSeconds * 1000);
      const stopWatch = watchMemory(child.pid, clock, (bytes) => {
        if (bytes > maxMemoryBytes) refuse({ type: 'decode_memory', bytes, max: maxMemoryBytes });
      });
      const kill = () => child.kill('SIGKILL');
      process.once('exit', kill);
      signal.addEventListener('abort', kill);
      try {
        const { endedBy, exitCode, output } = await ended;
        signal.throwIfAborted();
        if (refusal !== undefined) throw new DecodeRefusal(refusal);
        if (exitCode === 0) return output;
        if (exitCode === UNDECODABLE) throw new DecodeRefusal(DAMAGED);
        if (endedBy === 'SIGXCPU') throw new DecodeRefusal(tooLong);
        // The kernel ended it, for memory: the photo may be a good one.
        if (exitCode === null) throw busy(new Error(`The decoder of HEIC was ended by ${endedBy}`));
        throw new HeicProcessError(`The decoder of HEIC exited with code ${exitCode}`);
      } finally {
        process.removeListener('exit', kill);
        signal.removeEventListener('abort', kill);
        cancelLimit();
        stopWatch();
      }
    },
  };
}

/** Starts a process. Node throws or emits an error without memory or file descriptors, by the error. */
function startOrThrowBusy(start: () => ChildProcess): ChildProcess {
  try {
    return start();
  } catch (error) {
    throw busy(error);
  }
}

function busy(cause: unknown): IdentificationError {
  return new IdentificationError('busy', 'No process for a photo', { cause, retryAfterMs: RETRY_AFTER_MS });
}

/** How a process ended, and what it wrote. */
interface Ending {
  exitCode: number | null;
  endedBy: NodeJS.Signals | null;
  output: Buffer;
}

/** Sends the file to the process and waits for its end. `refuse` is called when it writes more than any picture needs. */
async function collect(child: ChildProcess, file: Buffer, refuse: () => void): Promise<Ending> {
  const { promise, reject, resolve } = Promise.withResolvers<Omit<Ending, 'output'>>();
  child.once('error', (cause) => reject(busy(cause)));
  child.once('close', (exitCode, endedBy) => resolve({ exitCode, endedBy }));
  const parts: Buffer[] = [];
  let size = 0;
  // Without file descriptors for them, a process that could not be started has no streams.
  child.stdout?.on('data', (part: Buffer) => {
    size += part.length;
    if (size <= MAX_OUTPUT_BYTES) parts.push(part);
    else refuse();
  });
  // The process may end before it has read the whole file.
  child.stdin?.on('error', () => {});
  child.stdin?.end(file);
  const ending = await promise;
  return { ...ending, output: Buffer.concat(parts) };
}

/** Reports the resident memory of a process again and again, where Linux tells it. Returns a function that ends this. */
function watchMemory(pid: number | undefined, clock: Clock, report: (bytes: number) => void): () => void {
  let cancel = () => {};
  const look = () => {
    if (pid === undefined || process.platform !== 'linux') return;
    const bytes = residentBytes(pid);
    if (bytes !== undefined) report(bytes);
    cancel = clock.setTimeout(look, WATCH_MS);
  };
  look();
  return () => cancel();
}

/** Undefined when the process has ended, and while this one has no file descriptor left. */
function residentBytes(pid: number): number | undefined {
  try {
    const [, kilobytes] = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
    return kilobytes === undefined ? undefined : Number(kilobytes) * 1024;
  } catch {
    return undefined;
  }
}
