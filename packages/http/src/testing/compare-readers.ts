import * as fc from 'fast-check';
import { HttpError } from '../errors.ts';
import { shownFileName } from '../multipart/file-name.ts';
import type { UploadForm } from '../multipart/form.ts';
import { readUpload } from '../multipart/read-upload.ts';
import { type DrawnUpload, drawnUploads } from './drawn-uploads.ts';
import { readWithBusboy } from './read-with-busboy.ts';

const PHOTO_FIELD = 'image';
const LIST_FIELD = 'organs';
const IGNORED_FIELD = 'image_url';
const FORM: UploadForm = {
  maxBytes: 1_048_576,
  maxPhotos: 5,
  photoField: PHOTO_FIELD,
  textFields: { [LIST_FIELD]: 'list', language: 'single', latitude: 'single', project: 'single' },
  ignoredFields: [IGNORED_FIELD],
};

/** Why our reader refuses uploads that @fastify/busboy accepts. */
const STRICTER: readonly { message: RegExp; why: string }[] = [
  {
    message: /has a field “.*”, which we do not know/s,
    why: 'The form has a fixed set of fields; busboy knows of none.',
  },
  {
    message: /^The field “.*” comes more than/,
    why: 'Of two values for one field, two programs may take different ones.',
  },
  { message: /is longer than 256 bytes/, why: 'No text field needs more; the limit bounds memory.' },
  { message: /^The upload has more than 5 photos/, why: 'An identification takes five photos.' },
  { message: /^The file name of photo \d is longer than 255/, why: 'No file system has longer names.' },
  { message: /^The file name of photo \d holds control characters/, why: 'They hide what the name ends in.' },
  {
    message: /^Photo \d is empty/,
    why: 'A chosen file without a byte is a fault of its sender, who should learn of it.',
  },
  { message: /holds none\.$/, why: 'Without a photo there is nothing to identify.' },
  {
    message: /holds text; it must be a file/,
    why: 'A text in the field of the photo is a path or a URL, and no photo.',
  },
  { message: /holds a file; it must be text/, why: 'A document in a text field was chosen for another field.' },
  { message: /must be plain text or JSON/, why: 'HTML or a picture is no value of a text field.' },
  { message: /is not \S+ text\./, why: 'busboy replaces bytes that are no text, and the value would be another one.' },
  { message: /is encoded as/, why: 'busboy hands over base64 as if it were the bytes of the photo.' },
  { message: /has no Content-Disposition header/, why: 'busboy silently skips such a part.' },
  { message: /does not begin with form-data/, why: 'busboy silently skips an attachment.' },
  { message: /does not say which form field it is/, why: 'busboy reports a part of no field.' },
  { message: /names its form field twice/, why: 'busboy takes the last name, other readers the first.' },
  { message: /names its form field in a way that cannot be read/, why: 'busboy guesses a name from what it can read.' },
  { message: /has two file names/, why: 'busboy takes the last one, other readers the first.' },
  { message: /has two \S+ headers/, why: 'busboy takes the first one, other readers the last.' },
  {
    message: /has a header line that does not end in CR LF/,
    why: 'A reader that ends lines at LF sees other headers.',
  },
  { message: /has a NUL in its headers/, why: 'A reader in C sees the header end there.' },
  { message: /header line without a name and a colon/, why: 'busboy ignores the line and all headers behind it.' },
  { message: /has more than 4096 bytes of headers/, why: 'No client needs more; busboy takes 80 kB for each part.' },
  { message: /ends within its headers/, why: 'busboy silently skips a part without an empty line.' },
  { message: /followed by something else than a new line/, why: 'busboy takes the rest of the line for a header.' },
  {
    message: /lines of the upload end in LF alone/,
    why: 'RFC 2046 asks for CR LF; busboy waits for a boundary in vain.',
  },
  {
    message: /does not begin with the boundary/,
    why: 'Only 1 kB may precede the first boundary: busboy reads on for ever.',
  },
  { message: /ends before its closing boundary/, why: 'busboy accepts an upload that ends in its last two hyphens.' },
];

/** Why our reader accepts uploads of which @fastify/busboy loses a part. */
const MORE_LENIENT: readonly { isIn: (body: string) => boolean; why: string }[] = [
  {
    isIn: (body) => /^--.*[ \t]\r\n/m.test(body),
    why: 'White space may follow a boundary (RFC 2046, 5.1.1): busboy takes it for a folded header and skips the part.',
  },
];

/** Number of uploads by what the readers made of them. */
interface Comparison {
  accepted: number;
  refusedByBoth: number;
  /** By the reason of our reader. */
  stricter: ReadonlyMap<string, number>;
  /** By why ours takes what busboy refuses or takes otherwise. */
  moreLenient: ReadonlyMap<string, number>;
}

interface Found {
  photos: { bytes: string; name?: string }[];
  fields: Record<string, string[]>;
}

/**
 * Reads drawn uploads with our reader and with @fastify/busboy. Rejects with the smallest upload from which they take
 * different fields or bytes, that ours refuses for a reason that is not on the list, or that ours refuses although it is legal.
 */
export async function compareReaders({ runs, seed }: { runs: number; seed?: number }): Promise<Comparison> {
  const stricter = new Map<string, number>();
  const moreLenient = new Map<string, number>();
  let accepted = 0;
  let refusedByBoth = 0;
  const property = fc.asyncProperty(drawnUploads(), async (upload) => {
    const [ours, theirs] = await Promise.all([readByUs(upload), readByBusboy(upload)]);
    if (typeof ours === 'string') {
      if (upload.isLegal) throw new Error(`A legal upload is refused: ${ours}`);
      const reason = STRICTER.find(({ message }) => message.test(ours));
      if (theirs === undefined) refusedByBoth += 1;
      else if (reason === undefined) throw new Error(`Not on the list: ${ours}`);
      else count(stricter, reason.why);
      return;
    }
    if (theirs !== undefined && isSame(ours, theirs)) {
      accepted += 1;
      return;
    }
    const body = Buffer.concat(upload.chunks).toString('latin1');
    const reason = upload.isLegal ? undefined : MORE_LENIENT.find(({ isIn }) => isIn(body));
    if (reason === undefined)
      throw new Error(`Ours: ${JSON.stringify(ours)}\nBusboy: ${JSON.stringify(theirs)}\n${JSON.stringify(body)}`);
    count(moreLenient, reason.why);
  });
  await fc.assert(property, { numRuns: runs, ...(seed !== undefined && { seed }) });
  return { accepted, refusedByBoth, stricter, moreLenient };
}

function count(counts: Map<string, number>, key: string): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}

function isSame(ours: Found, theirs: Found): boolean {
  return JSON.stringify(ours) === JSON.stringify(theirs);
}

/** Returns what our reader takes from an upload, or the message with which it refuses it. */
async function readByUs({ chunks, contentType, isLegal }: DrawnUpload): Promise<Found | string> {
  try {
    const body = new ReadableStream<Uint8Array>({
      start(controller) {
        for (const chunk of chunks) controller.enqueue(chunk);
        controller.close();
      },
    });
    const { fields, photos } = await readUpload(body, contentType, null, FORM);
    return found(
      photos.map(({ bytes, name }) => photo(bytes, name, isLegal)),
      Array.from(fields, ([field, values]) => [field, values.map(({ text }) => text)]),
    );
  } catch (error) {
    if (error instanceof HttpError) return error.message;
    throw error;
  }
}

/** Returns what @fastify/busboy takes from an upload; undefined when it refuses it, or names no field of a part. */
async function readByBusboy({ chunks, contentType, isLegal }: DrawnUpload): Promise<Found | undefined> {
  const isPhoto = (field: string | undefined) => fieldOf(field) === PHOTO_FIELD;
  const parts = await readWithBusboy(contentType, chunks, isPhoto);
  if (parts === undefined || parts.some(({ field }) => field === undefined)) return undefined;
  const fields = new Map<string, string[]>();
  const photos: Found['photos'] = [];
  for (const { content, field, fileName = '' } of parts) {
    const own = fieldOf(field) ?? '';
    if (own === IGNORED_FIELD) continue;
    // A file field that was left empty.
    if (own === PHOTO_FIELD && content.length === 0 && fileName === '') continue;
    if (own === PHOTO_FIELD) photos.push(photo(Buffer.from(content), shownFileName(fileName), isLegal));
    else fields.set(own, [...(fields.get(own) ?? []), content.toString()]);
  }
  return found(photos, [...fields]);
}

/** Only a header that keeps to the grammar has one file name. */
function photo(bytes: Buffer, name: string, isLegal: boolean): Found['photos'][number] {
  return { bytes: bytes.toString('base64'), ...(isLegal && { name }) };
}

/** An empty text field is an absent one. */
function found(photos: Found['photos'], fields: readonly (readonly [string, string[]])[]): Found {
  const filled = fields.map(([field, values]) => [field, values.filter((value) => value !== '')] as const);
  const sorted = filled.filter(([, values]) => values.length > 0).toSorted(([a], [b]) => a.localeCompare(b));
  return { photos, fields: Object.fromEntries(sorted) };
}

function fieldOf(name: string | undefined): string | undefined {
  return name === `${PHOTO_FIELD}[]` || name === `${LIST_FIELD}[]` ? name.slice(0, -'[]'.length) : name;
}
