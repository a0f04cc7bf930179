import { Counter, Gauge, type Registry } from '@prometheus-io/client';
import { addReadGauge } from './read-at-scrape.ts';

const CALLERS = ['anonymous', 'user'] as const;
const ANSWERS = ['cached', 'stale', 'fresh', 'retry'] as const;
/** Error codes that are always about the upload; `busy` is so only when there is no memory for one. */
export const UPLOAD_REFUSALS = [
  'malformed_upload',
  'unknown_field',
  'missing_image',
  'invalid_request',
  'upload_stalled',
  'photo_too_large',
  'unsupported_media_type',
  'photo_type',
  'photo_undecodable',
] as const;
const STREAM_KINDS = ['progress', 'admin', 'export'] as const;

/** Result of reading and checking an upload: the error code of its refusal, unless it was accepted. */
export type UploadVerdict = 'accepted' | (typeof UPLOAD_REFUSALS)[number] | 'busy';

const VERDICTS: readonly UploadVerdict[] = ['accepted', ...UPLOAD_REFUSALS, 'busy'];

/** `progress`: the steps of one identification; `admin`: the overview of operators; `export`: a history. */
type StreamKind = (typeof STREAM_KINDS)[number];

/** Metrics of calls of the API, by any transport. */
export interface RequestMetrics {
  /** Records that a call of identify was admitted or refused by authentication; not its failure. */
  recordAuthentication(isAdmitted: boolean): void;
  /** Records that a call of identify was answered with 429. */
  recordRateLimitExceeded(): void;
  /** Records an identification. `retry`: it has no answer, the caller was told to retry. */
  recordIdentification(identification: { caller: (typeof CALLERS)[number]; answer: (typeof ANSWERS)[number] }): void;
  recordUpload(verdict: UploadVerdict): void;
  /** Starts the counters of these routes at 0. */
  watchLegacyRoutes(routes: readonly string[]): void;
  /** Records a call of a deprecated version. `route`: its path as the code declares it; `isGone`: answered with 410 */
  recordLegacyCall(call: { route: string; isGone: boolean }): void;
  /** Records a stream as open until the returned function is called; further calls of that function do nothing. */
  recordStream(kind: StreamKind): () => void;
  /** Each scrape reads the bytes of uploads that are in memory. */
  watchUploadBytes(read: () => number): void;
}

export function createRequestMetrics(registry: Registry): RequestMetrics {
  const registers = [registry];
  // Three names that monitors of the replaced system read.
  const authentications = new Counter({
    name: 'plant_id_auth_total',
    help: 'Calls of identify that were authenticated or refused.',
    registers,
  });
  const admissions = new Counter({
    name: 'plant_id_auth_success',
    help: 'Calls of identify with valid credentials, or without any where anonymous callers are allowed.',
    registers,
  });
  const rateLimited = new Counter({
    name: 'plant_id_rate_limit_exceeded',
    help: 'Calls of identify that were answered with 429.',
    registers,
  });
  const identifications = new Counter({
    name: 'plantcommunity_identifications_total',
    help: 'Identifications by caller and answer; with answer "retry" the caller was told to retry.',
    labelNames: ['caller', 'answer'],
    registers,
  });
  for (const caller of CALLERS) for (const answer of ANSWERS) identifications.inc({ caller, answer }, 0);
  const uploads = new Counter({
    name: 'plantcommunity_uploads_total',
    help: 'Uploads that were read and checked, by the error code of their refusal or "accepted".',
    labelNames: ['verdict'],
    registers,
  });
  for (const verdict of VERDICTS) uploads.inc({ verdict }, 0);
  const legacyCalls = new Counter({
    name: 'plantcommunity_legacy_requests_total',
    help: 'Calls of deprecated versions of the API, those after the sunset included.',
    labelNames: ['route'],
    registers,
  });
  const goneCalls = new Counter({
    name: 'plantcommunity_legacy_requests_after_sunset_total',
    help: 'Calls of deprecated versions of the API that were answered with 410.',
    labelNames: ['route'],
    registers,
  });
  const streams = new Gauge({
    name: 'plantcommunity_streams_open',
    help: 'Streams that are open now.',
    labelNames: ['kind'],
    registers,
  });
  for (const kind of STREAM_KINDS) streams.set({ kind }, 0);
  let uploadBytes = () => 0;
  addReadGauge(registry, {
    name: 'plantcommunity_upload_bytes_in_flight',
    help: 'Bytes of uploads in memory now.',
    read: () => uploadBytes(),
  });

  return {
    recordAuthentication(isAdmitted) {
      authentications.inc();
      if (isAdmitted) admissions.inc();
    },
    recordRateLimitExceeded: () => rateLimited.inc(),
    recordIdentification: ({ answer, caller }) => identifications.inc({ caller, answer }),
    recordUpload: (verdict) => uploads.inc({ verdict }),
    watchLegacyRoutes(routes) {
      for (const route of routes) {
        legacyCalls.inc({ route }, 0);
        goneCalls.inc({ route }, 0);
      }
    },
    recordLegacyCall({ isGone, route }) {
      legacyCalls.inc({ route });
      if (isGone) goneCalls.inc({ route });
    },
    recordStream(kind) {
      streams.inc({ kind });
      let isOpen = true;
      return () => {
        if (isOpen) streams.dec({ kind });
        isOpen = false;
      };
    },
    watchUploadBytes(read) {
      uploadBytes = read;
    },
  };
}
