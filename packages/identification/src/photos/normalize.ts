import type { Clock } from '@plantcommunity/resilience';
import type { Metrics } from '@plantcommunity/telemetry';
import { LRUCache } from 'lru-cache';
import sharp, { type Sharp, type SharpOptions } from 'sharp';
import { AbandonedCallError, IdentificationError, PhotoError, type PhotoErrorReason } from '../errors.ts';
import { createDecodeQueue, type DecodeOwner, type DecodeQueueOptions } from './decode-queue.ts';
import { holdsFirstFrame } from './formats/gif-pixels.ts';
import { holdsAllBlocks } from './formats/jpeg-scans.ts';
import type { PhotoType } from './formats/photo-formats.ts';
import { readPng } from './formats/png.ts';
import type { Turn } from './formats/structure.ts';
import {
  createHeicDecoder,
  DecodeRefusal,
  type HeicDecoder,
  type HeicDecoderOptions,
  HeicProcessError,
} from './heic/heic-decoder.ts';
import type { InspectedPhoto } from './inspect.ts';
import type { NormalizedPhoto } from './types.ts';

/** Both providers and the store need the same photo within one request, rarely at the same time. */
const CACHED_MS = 60_000;
const CACHED_BYTES = 32 * 1024 * 1024;

/** A HEIC that its decoder refused keeps that process busy for up to 30 seconds, and would do so again. */
const REFUSED_MS = 5 * 60_000;
const MAX_REFUSED = 1_000;

/** Neither provider asks for more, and their prices and times do not fall below it. */
const MAX_SIDE = 1500;
/** JPEG quality, as in the Django system. */
const QUALITY = 85;
/**
 * libvips checks it between tiles only, so it bounds slow decodes, not every one; inspection bounds the rest. An accepted
 * photo needs about a second of a core, so that a longer decode means that the machine has too much to do.
 */
const TIMEOUT_SECONDS = 10;
const RETRY_AFTER_MS = 5_000;

/** Memory that all running decodes share, beside the process that decodes HEIC. */
const MAX_RASTER_BYTES = 512 * 1024 * 1024;
/** One process decodes HEIC at a time, in about a second each; more photos would wait longer than their callers do. */
const HEIC_QUEUE: DecodeQueueOptions = { concurrency: 1, capacity: 16, backgroundCapacity: 8 };
/** Maximum wait for that process: a request has 45 seconds, which the decode and the providers need, too. */
const MAX_HEIC_WAIT_MS = 20_000;
const DAMAGED_PHOTO: PhotoErrorReason = { type: 'unreadable', fault: 'damaged' };

/** Tries of the retrying normalizer, each after the `retryAfterMs` of the one before. */
const MAX_TRIES = 3;
/** Photos that may wait for their next try, each an upload in memory; the error of one more is final. */
const MAX_WAITING = 16;
/** Maximum of these for one owner. */
const MAX_WAITING_PER_OWNER = 4;

/** Normalizes photos that passed inspection. */
export interface PhotoNormalizer {
  /**
   * Decodes each photo once per process, however many callers need it within a minute; a HEIC that its decoder refused,
   * within five. `index` is the photo's place in the upload, from 0, for the error.
   * @throws {PhotoError} `photo_undecodable`; `photo_too_large` when the decode of a HEIC took too long
   * @throws {IdentificationError} `busy`, with `retryAfterMs`, when too many wait or the decode of another format took too
   * long; `overShare` when the owner's own photos use up its share
   * @throws {AbandonedCallError} once `signal` aborts; a decode is ended when no caller waits for it any more
   */
  normalize(photo: InspectedPhoto, index: number, owner: DecodeOwner, signal?: AbortSignal): Promise<NormalizedPhoto>;
}

/** What the decoder of this process does now. */
export interface DecoderLoad {
  /** Number of decodes that run. */
  running: number;
  /** Number of decodes that wait; one that several callers wait for counts once. */
  waiting: number;
  /** Maximum number of decodes that run at once. */
  size: number;
}

/** A normalizer with the decoder that it works with. */
export interface DecodingNormalizer extends PhotoNormalizer {
  load(): DecoderLoad;
}

export interface PhotoNormalizerOptions extends DecodeQueueOptions {
  clock: Clock;
  metrics: Metrics['decodes'];
  /** Limits of the decoder of HEIC, which tests change. */
  heic?: Omit<HeicDecoderOptions, 'clock'>;
}

export function createPhotoNormalizer({ clock, heic, metrics, ...queue }: PhotoNormalizerOptions): DecodingNormalizer {
  confineDecoder();
  const decodes = createDecodeQueue<NormalizedPhoto>({ maxBytes: MAX_RASTER_BYTES, ...queue });
  const heicDecodes = createDecodeQueue<NormalizedPhoto>({ ...HEIC_QUEUE, maxWait: { ms: MAX_HEIC_WAIT_MS, clock } });
  const heicDecoder = createHeicDecoder({ clock, ...heic });
  const size = () => {
    const sizes = [decodes.size(), heicDecodes.size()] as const;
    return { running: sizes[0].running + sizes[1].running, waiting: sizes[0].waiting + sizes[1].waiting };
  };
  metrics.watchDecodes(size);
  const cached = new LRUCache<string, NormalizedPhoto>({
    maxSize: CACHED_BYTES,
    sizeCalculation: ({ jpeg }) => jpeg.length,
    ttl: CACHED_MS,
    ttlResolution: 0,
    perf: { now: () => clock.monotonic() },
  });
  const refused = new LRUCache<string, DecodeRefusal>({
    max: MAX_REFUSED,
    ttl: REFUSED_MS,
    ttlResolution: 0,
    perf: { now: () => clock.monotonic() },
  });

  async function decode(photo: InspectedPhoto, signal: AbortSignal): Promise<NormalizedPhoto> {
    const startedAt = clock.monotonic();
    try {
      return await decodeInTime(photo.type === 'heic' ? await pngOf(photo, heicDecoder, signal) : photo);
    } catch (error) {
      if (error instanceof DecodeRefusal) refused.set(photo.hash, error);
      throw error;
    } finally {
      metrics.recordDecode(clock.monotonic() - startedAt);
    }
  }

  /** Throws `busy` for a decode that failed after its time limit: its photo may be a good one. */
  async function decodeInTime(photo: DecodablePhoto): Promise<NormalizedPhoto> {
    const startedAt = clock.monotonic();
    try {
      return await decodePhoto(photo);
    } catch (cause) {
      if (clock.monotonic() - startedAt < TIMEOUT_SECONDS * 1_000) throw cause;
      const message = 'The decode of a photo took too long';
      throw new IdentificationError('busy', message, { cause, retryAfterMs: RETRY_AFTER_MS });
    }
  }

  return {
    load: () => ({ ...size(), size: queue.concurrency + HEIC_QUEUE.concurrency }),
    async normalize(photo, index, owner, signal) {
      const known = cached.get(photo.hash);
      if (known !== undefined) return known;
      try {
        const refusal = refused.get(photo.hash);
        if (refusal !== undefined) throw refusal;
        return await (photo.type === 'heic' ? heicDecodes : decodes).run(
          owner,
          photo.hash,
          async (abandoned) => {
            const normalized = await decode(photo, abandoned);
            cached.set(photo.hash, normalized);
            return normalized;
          },
          { bytes: photo.rasterBytes, signal },
        );
      } catch (error) {
        const isKnown = error instanceof IdentificationError || error instanceof AbandonedCallError;
        if (isKnown || error instanceof HeicProcessError) throw error;
        // `index` is the place in this caller's upload, so the error is created here and not in the shared decode.
        const reason = error instanceof DecodeRefusal ? error.reason : DAMAGED_PHOTO;
        throw new PhotoError(index, reason, { cause: error });
      }
    },
  };
}

/** Creates a normalizer for background work: it retries later when the decode queue is full. */
export function createRetryingNormalizer({
  clock,
  normalizer,
}: {
  normalizer: PhotoNormalizer;
  clock: Clock;
}): PhotoNormalizer {
  /** The owner of each waiting photo. */
  const waiting: string[] = [];

  const mayWait = (owner: string) =>
    waiting.length < MAX_WAITING && waiting.filter((one) => one === owner).length < MAX_WAITING_PER_OWNER;

  async function pause(owner: string, ms: number): Promise<void> {
    waiting.push(owner);
    await new Promise<void>((resolve) => clock.setTimeout(resolve, ms));
    waiting.splice(waiting.indexOf(owner), 1);
  }

  return {
    async normalize(photo, index, owner) {
      for (let tries = 1; ; tries += 1) {
        try {
          return await normalizer.normalize(photo, index, owner);
        } catch (error) {
          const waitMs = error instanceof IdentificationError ? error.retryAfterMs : undefined;
          if (waitMs === undefined || tries === MAX_TRIES || !mayWait(owner.subject)) throw error;
          await pause(owner.subject, waitMs);
        }
      }
    },
  };
}

/**
 * Lets sharp open the accepted formats and nothing else: by default it renders an SVG called photo.jpg. Each decode
 * uses one libvips thread, and the queue bounds the number of decodes. Both settings hold for the whole process.
 */
function confineDecoder(): void {
  sharp.cache(false);
  sharp.concurrency(1);
  sharp.block({ operation: ['VipsForeignLoad'] });
  sharp.unblock({
    operation: [
      'VipsForeignLoadJpegBuffer',
      'VipsForeignLoadPngBuffer',
      'VipsForeignLoadWebpBuffer',
      'VipsForeignLoadNsgifBuffer',
      'VipsForeignLoadHeifBuffer',
    ],
  });
}

/** Whether the picture data of a repaired photo is complete, which a decoder does not report in every case. */
function isComplete(type: PhotoType, bytes: Buffer): Promise<boolean> {
  return type === 'gif' ? holdsFirstFrame(bytes) : holdsAllBlocks(bytes);
}

/** What decoding reads of a photo. */
type DecodablePhoto = Pick<InspectedPhoto, 'data' | 'height' | 'isRepaired' | 'turn' | 'type' | 'width'>;

/**
 * Decodes a HEIC to a PNG, which is checked like an upload: a fault of the decoder may have written it. Its size, which
 * bounds the memory for reading it, must be one that the decoder was asked for.
 */
async function pngOf(photo: InspectedPhoto, decoder: HeicDecoder, signal: AbortSignal): Promise<DecodablePhoto> {
  const data = await decoder.decode(photo, MAX_SIDE, signal);
  const structure = readPng(data);
  if ('fault' in structure) throw new DecodeRefusal(DAMAGED_PHOTO);
  const { height, width } = structure;
  if (Math.max(width, height) >= 2 * MAX_SIDE) throw new DecodeRefusal(DAMAGED_PHOTO);
  return { type: 'png', data, width, height, isRepaired: false };
}

/**
 * Makes an sRGB JPEG, upright, on white, without metadata.
 * Throws sharp's errors; their texts are shared by all decodes of the process and may belong to another photo.
 */
async function decodePhoto(photo: DecodablePhoto): Promise<NormalizedPhoto> {
  const options: SharpOptions = {
    autoOrient: photo.turn === undefined,
    failOn: 'warning',
    limitInputChannels: 5,
    limitInputPixels: photo.width * photo.height,
    pages: 1,
    sequentialRead: true,
    unlimited: false,
  };
  const { data: bytes } = photo;
  if (photo.isRepaired && !(await isComplete(photo.type, bytes))) throw new TypeError('the picture data is incomplete');
  const { compression, format } = await sharp(bytes, options).metadata();
  const decoded = format === 'heif' && compression === 'av1' ? 'avif' : format;
  if (decoded !== photo.type) throw new TypeError(`decoded as ${decoded}, inspected as ${photo.type}`);
  const { data, info } = await turned(sharp(bytes, options), photo.turn)
    .timeout({ seconds: TIMEOUT_SECONDS })
    .resize(MAX_SIDE, MAX_SIDE, { fit: 'inside', withoutEnlargement: true })
    .flatten({ background: '#fff' })
    .toColourspace('srgb')
    .jpeg({ quality: QUALITY })
    .toBuffer({ resolveWithObject: true });
  return { jpeg: data, width: info.width, height: info.height };
}

/** Mirrors and turns a picture. Sharp does so in the order of `Turn`: it mirrors first. */
function turned(picture: Sharp, turn: Turn | undefined): Sharp {
  if (turn === undefined) return picture;
  return picture.flop(turn.isMirrored).rotate(turn.degrees);
}
