export const BOUNDARY = '----FormBoundary7MA4YWxkTrZu0gW';
export const CONTENT_TYPE: string = `multipart/form-data; boundary=${BOUNDARY}`;

/** Returns a part with these header lines. */
export function part(headers: string, content: Buffer | string): Buffer {
  return Buffer.concat([Buffer.from(`--${BOUNDARY}\r\n${headers}\r\n\r\n`), Buffer.from(content), Buffer.from('\r\n')]);
}

export function text(name: string, value: Buffer | string): Buffer {
  return part(`Content-Disposition: form-data; name="${name}"`, value);
}

export function file(
  content: Buffer | string,
  {
    name = 'image',
    fileName = 'rose.jpg',
    type = 'image/jpeg',
  }: { name?: string; fileName?: string; type?: string } = {},
): Buffer {
  return part(
    `Content-Disposition: form-data; name="${name}"; filename="${fileName}"\r\nContent-Type: ${type}`,
    content,
  );
}

/** Joins parts and appends the closing boundary. */
export function makeUpload(...parts: readonly Buffer[]): Buffer {
  return Buffer.concat([...parts, Buffer.from(`--${BOUNDARY}--\r\n`)]);
}

export interface Arrival {
  /** Bytes of each piece. */
  size?: number;
  /** The end of the body; a body that stalls never ends. */
  last?: 'end' | 'break off' | 'stall';
}

/** How far a body was read. */
export interface ArrivingBody {
  body: ReadableStream<Uint8Array>;
  seen: { read: number; cancelled: boolean };
}

/** Returns a body that arrives in pieces, and a record of how far it was read. */
export function arriving(bytes: Buffer, { size = 65_536, last = 'end' }: Arrival = {}): ArrivingBody {
  const seen = { read: 0, cancelled: false };
  const body = new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        if (seen.read < bytes.length) {
          const piece = bytes.subarray(seen.read, seen.read + size);
          seen.read += piece.length;
          controller.enqueue(piece);
        } else if (last === 'end') {
          controller.close();
        } else if (last === 'break off') {
          controller.error(new Error('aborted'));
        } else {
          await new Promise(() => {});
        }
      },
      cancel() {
        seen.cancelled = true;
      },
    },
    { highWaterMark: 0 },
  );
  return { body, seen };
}
