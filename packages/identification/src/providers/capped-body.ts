import { ExchangeError } from './exchange-fault.ts';

/**
 * Reads a body as text while counting its decompressed bytes.
 *
 * @throws {ExchangeError} `oversized` as soon as more than `maxBytes` came; the rest is not read.
 */
export async function readCapped(body: ReadableStream<Uint8Array> | null, maxBytes: number): Promise<string> {
  if (!body) return '';
  const decoder = new TextDecoder();
  let text = '';
  let bytes = 0;
  for await (const chunk of body) {
    bytes += chunk.byteLength;
    if (bytes > maxBytes) throw new ExchangeError('oversized', `the answer is over ${maxBytes} bytes`);
    text += decoder.decode(chunk, { stream: true });
  }
  return text + decoder.decode();
}
