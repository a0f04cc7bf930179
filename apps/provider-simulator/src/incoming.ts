import type { IncomingMessage } from 'node:http';

/** A request that has arrived whole. */
export interface Incoming {
  method: string;
  url: URL;
  headers: Headers;
  body: Buffer;
  /** The body went over the limit and was dropped. */
  tooLarge: boolean;
  /** Address of the other end. */
  peer: string;
  /** Aborts when the other end leaves. */
  gone: AbortSignal;
}

/** Pl@ntNet's limit of a whole POST; none is known of Plant.id. */
const MAX_BODY_BYTES = 52_428_800;

export async function receive(message: IncomingMessage, gone: AbortSignal): Promise<Incoming> {
  const headers = new Headers();
  for (const [name, values] of Object.entries(message.headersDistinct)) {
    for (const value of values ?? []) headers.append(name, value);
  }
  const { body, tooLarge } = await readBody(message);
  return {
    method: message.method ?? 'GET',
    url: new URL(message.url ?? '/', 'http://simulator'),
    headers,
    body,
    tooLarge,
    peer: message.socket.remoteAddress ?? '',
    gone,
  };
}

async function readBody(message: IncomingMessage): Promise<{ body: Buffer; tooLarge: boolean }> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  const body: AsyncIterable<Uint8Array> = message;
  for await (const chunk of body) {
    bytes += chunk.length;
    if (bytes <= MAX_BODY_BYTES) chunks.push(chunk);
  }
  const tooLarge = bytes > MAX_BODY_BYTES;
  return { body: tooLarge ? Buffer.alloc(0) : Buffer.concat(chunks), tooLarge };
}
