import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { readFileSync, realpathSync } from 'node:fs';
import { findPackageJSON } from 'node:module';
import { dirname, join } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import type { Clock } from '@plantcommunity/resilience';
import { IdentificationError, type PhotoErrorReason } from '../../errors.ts';

/** Up to this size a decode may take `SECONDS.small`. An iPhone's photo of 12 megapixels takes 1.2 s on one core. */
const SMALL_PIXELS = 16_000_000;
const SECONDS = { small: 10, large: 30 };
/** Maximum resident memory of the process. A photo of 50 megapixels needs about 500 MB. */
const MAX_MEMORY_BYTES = 1_200_000_000;
/** The process can fill about 200 MB in this time. */
const WATCH_MS = 50;
/** A PNG whose longer side is below twice the side that it needs, in RGB, and its colour profile. */
const MAX_OUTPUT_BYTES = 40_000_000;
const RETRY_AFTER_MS = 5_000;
/** Exit code of the program for a file that it cannot decode. */
const UNDECODABLE = 3;

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
   * @throws {IdentificationError} `busy` when no process can be started
   * @throws {HeicProcessError}
   */
  decode(photo: HeicPhoto, side: number): Promise<Buffer>;
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
  maxMemoryBytes?: number;
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
 * memory; the kernel ends it by its CPU time even if this process dies before.
 */
export function createHeicDecoder({
  clock,
  maxMemoryBytes = MAX_MEMORY_BYTES,
  program,
  seconds = SECONDS,
}: HeicDecoderOptions): HeicDecoder {
  function start({ profile }: HeicPhoto, side: number, cpuSeconds: number) {
    const libheif = findLibheif() ?? '';
    return spawn(
      '/bin/sh',
      [
        '-c',
        `ulimit -t ${Math.ceil(cpuSeconds)} && exec "$0" "$@"`,
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
    async decode(photo, side) {
      const limitSeconds = photo.width * photo.height <= SMALL_PIXELS ? seconds.small : seconds.large;
      const child = start(photo, side, limitSeconds + 1);
      const ended = collect(child, photo.data);
      let refusal: PhotoErrorReason | undefined;
      const refuse = (reason: PhotoErrorReason) => {
        refusal ??= reason;
        child.kill('SIGKILL');
      };
      const cancelLimit = clock.setTimeout(
        () => refuse({ type: 'decode_seconds', format: 'heic', max: limitSeconds }),
        limitSeconds * 1000,
      );
      const stopWatch = watchMemory(child.pid, clock, (bytes) => {
        if (bytes > maxMemoryBytes) refuse({ type: 'decode_memory', bytes, max: maxMemoryBytes });
      });
      const killWithUs = () => child.kill('SIGKILL');
      process.once('exit', killWithUs);
      try {
        const png = await ended;
        if (refusal !== undefined) throw new DecodeRefusal(refusal);
        if (png === undefined) throw new DecodeRefusal({ type: 'unreadable', fault: 'damaged' });
        return png;
      } finally {
        process.removeListener('exit', killWithUs);
        cancelLimit();
        stopWatch();
      }
    },
  };
}

/** Sends the file to the process; returns what it writes, or undefined when it was ended or cannot decode the file. */
async function collect(
  child: ChildProcessByStdio<Writable, Readable, null>,
  file: Buffer,
): Promise<Buffer | undefined> {
  const { promise, reject, resolve } = Promise.withResolvers<number | null>();
  child.once('error', (cause) => {
    reject(new IdentificationError('busy', 'No process for a photo', { cause, retryAfterMs: RETRY_AFTER_MS }));
  });
  child.once('close', (code: number | null) => resolve(code));
  // The process may end before it has read the whole file.
  child.stdin.on('error', () => {});
  child.stdin.end(file);
  const parts: Buffer[] = [];
  let size = 0;
  child.stdout.on('data', (part: Buffer) => {
    size += part.length;
    if (size <= MAX_OUTPUT_BYTES) parts.push(part);
    else child.kill('SIGKILL');
  });
  const exitCode = await promise;
  if (exitCode === 0) return Buffer.concat(parts);
  if (exitCode === null || exitCode === UNDECODABLE) return undefined;
  throw new HeicProcessError(`The decoder of HEIC exited with code ${exitCode}`);
}

/** Reports the resident memory of a process again and again, where Linux tells it. Returns a function that ends this. */
function watchMemory(pid: number | undefined, clock: Clock, report: (bytes: number) => void): () => void {
  let cancel = () => {};
  const look = () => {
    const bytes = pid === undefined ? undefined : residentBytes(pid);
    if (bytes === undefined) return;
    report(bytes);
    cancel = clock.setTimeout(look, WATCH_MS);
  };
  look();
  return () => cancel();
}

function residentBytes(pid: number): number | undefined {
  try {
    const [, kilobytes] = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
    return kilobytes === undefined ? undefined : Number(kilobytes) * 1024;
  } catch {
    return undefined;
  }
}
