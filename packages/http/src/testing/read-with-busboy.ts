import { Busboy } from '@fastify/busboy';

/** A part as @fastify/busboy reports it. */
export interface BusboyPart {
  field: string | undefined;
  /** A file by its bytes, or a text. */
  content: Buffer | string;
  fileName: string | undefined;
}

/** Reads an upload with @fastify/busboy. Undefined when it refuses the upload; parts that it skips are missing. */
export async function readWithBusboy(
  contentType: string,
  chunks: readonly Buffer[],
  isFile: (field: string | undefined) => boolean,
): Promise<BusboyPart[] | undefined> {
  const parts: BusboyPart[] = [];
  const busboy = new Busboy({
    headers: { 'content-type': contentType },
    preservePath: true,
    isPartAFile: (field, type, fileName) =>
      isFile(field) || fileName !== undefined || type === 'application/octet-stream',
  });
  const { promise: isAccepted, resolve } = Promise.withResolvers<boolean>();
  const refuse = () => resolve(false);
  busboy.on('field', (field, value) => parts.push({ field, content: value, fileName: undefined }));
  busboy.on('file', (field, stream, fileName) => {
    const part: BusboyPart = { field, content: Buffer.alloc(0), fileName };
    parts.push(part);
    const pieces: Buffer[] = [];
    stream.on('data', (piece: Buffer) => pieces.push(piece));
    stream.on('end', () => {
      part.content = Buffer.concat(pieces);
    });
    stream.on('error', refuse);
  });
  busboy.on('error', refuse);
  busboy.on('finish', () => resolve(true));
  for (const chunk of chunks) busboy.write(chunk);
  busboy.end();
  return (await isAccepted) ? parts : undefined;
}
