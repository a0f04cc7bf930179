import type { ExportedIdentification, IdentificationService } from '@plantcommunity/identification';
import { makeZip } from 'client-zip';
import type { Context } from '../../middleware/context.ts';
import { closing } from '../../middleware/stream.ts';
import { subjectOf } from '../../rate-limit/subject.ts';
import type { DocumentedHeaders } from '../../rest/openapi-headers.ts';
import type { ByteStream } from '../../rest/stream-body.ts';

/** An identification to be presented; `files` are those of its photos in the same ZIP. */
export interface ExportItem {
  readonly found: ExportedIdentification;
  readonly files?: readonly string[];
}

interface HistoryExport {
  readonly service: Pick<IdentificationService, 'exportHistory' | 'photo'>;
  readonly ownerId: string;
  readonly exportedAt: Date;
  /** Puts an identification into its wire shape. */
  readonly present: (item: ExportItem) => object;
}

/** Yields the history as the bytes of a JSON document, one identification at a time. */
export async function* historyJson({ exportedAt, ownerId, present, service }: HistoryExport): ByteStream {
  const encoder = new TextEncoder();
  const items = mapped(service.exportHistory(ownerId), (found) => present({ found }));
  for await (const text of documentOf(items, exportedAt)) yield encoder.encode(text);
}

/**
 * Yields the history as the bytes of a ZIP: the photos, then the JSON document, which names the files that are there. A
 * photo that was deleted since its identification was read is left out. In memory are one page of identifications and a
 * photo or two; and for each photo that was written, its name and its line of the directory at the end of the ZIP, which
 * take up to 3 kB. `client-zip` writes more than 65,535 files below 4 GB without the ZIP64 count: some readers refuse that.
 */
export async function* historyZip(options: HistoryExport): ByteStream {
  const entries = zipEntries(options);
  const reader = makeZip(entries).getReader();
  try {
    for (;;) {
      // oxlint-disable-next-line no-await-in-loop -- a part is made when it is asked for
      const { done, value } = await reader.read();
      if (done) return;
      yield value;
    }
  } finally {
    await entries.return();
  }
}

async function* zipEntries({ exportedAt, ownerId, present, service }: HistoryExport) {
  const written = new Map<string, readonly string[]>();
  for await (const { createdAt, identification, photoNumbers } of service.exportHistory(ownerId)) {
    const { id } = identification;
    for (const n of photoNumbers) {
      // oxlint-disable-next-line no-await-in-loop -- one photo is in memory
      const found = await service.photo(ownerId, id, n);
      if (found === undefined) continue;
      const name = `photos/${createdAt.toISOString().slice(0, 10)}-${id}-${n}.jpg`;
      yield { name, lastModified: createdAt, input: found.bytes };
      written.set(id, [...(written.get(id) ?? []), name]);
    }
  }
  const items = mapped(service.exportHistory(ownerId), (found) =>
    present({ found, files: written.get(found.identification.id) ?? [] }),
  );
  const input = documentOf(items, exportedAt);
  try {
    yield { name: 'identifications.json', lastModified: exportedAt, input };
  } finally {
    await input.return();
  }
}

/**
 * Yields the parts of the JSON document. The first one comes with the first identification, or at the end of an empty
 * history: an error before it can still be answered as one.
 */
async function* documentOf(items: AsyncIterable<object>, exportedAt: Date): AsyncGenerator<string, void> {
  let text = `{"exported_at":${JSON.stringify(exportedAt)},"identifications":[\n`;
  for await (const item of items) {
    yield text + JSON.stringify(item);
    text = ',\n';
  }
  yield `${text === ',\n' ? '' : text}\n]}\n`;
}

async function* mapped<T, U>(items: AsyncIterable<T>, map: (item: T) => U): AsyncGenerator<U, void> {
  for await (const item of items) yield map(item);
}

/** Counts an export of the caller while it runs. @throws {ApiError} at the first read, when too many run */
export async function* limitedExport(
  { principal, request, services }: Context & { principal: { userId: string } },
  stream: ByteStream,
): ByteStream {
  const release = services.exportLimit.open(subjectOf(principal, request.address));
  const closed = services.metrics.recordStream('export');
  const close = () => {
    release();
    closed();
  };
  yield* closing(stream, close, request.signal);
}

/** Returns the headers of an export, which browsers save as a file that is named by its format and its day. */
export function exportHeaders(exportedAt: Date, format: 'json' | 'zip') {
  return {
    'Content-Type': `application/${format}`,
    'Content-Disposition': `attachment; filename="identifications-${exportedAt.toISOString().slice(0, 10)}.${format}"`,
    'Cache-Control': 'private, no-store',
  };
}

/** Documents these headers. */
export function documentedExportHeaders(format: 'json' | 'zip'): DocumentedHeaders {
  return {
    'Content-Disposition': {
      description: 'A name for the file',
      required: true,
      schema: { type: 'string' },
      example: `attachment; filename="identifications-2026-11-27.${format}"`,
    },
  };
}

/** Text of the OpenAPI document about both exports: how they fail, and their limits. */
export const EXPORT_LIMITS_TEXT =
  'The answer is sent while it is read from the history. If that fails, the connection breaks, so that no client takes a part for the whole. At most two exports of an account run at once; a reader that takes nothing for a minute, or less than 8 kB/s for longer, is cut off.';
