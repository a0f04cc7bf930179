// Decodes a HEIC while this process has no file descriptor left, and writes to standard output how that was refused, as
// JSON. To be started with a low limit of descriptors.
import { openSync, writeSync } from 'node:fs';
import { createHeicDecoder, isHeicDecoderInstalled } from '../heic/heic-decoder.ts';

const unhandled: string[] = [];
process.on('unhandledRejection', (error) => unhandled.push(String(error)));
// Loads what needs a descriptor only once.
isHeicDecoderInstalled();
const decoder = createHeicDecoder({
  clock: { now: Date.now, monotonic: () => performance.now(), setTimeout: () => () => {} },
});
try {
  for (;;) openSync('/dev/null', 'r');
} catch {}
const photo = { data: Buffer.alloc(99), width: 64, height: 48 };
const result = await decoder.decode(photo, 1_500, new AbortController().signal).then(
  () => ({}),
  ({ code, retryAfterMs }: { code?: string; retryAfterMs?: number }) => ({ code, retryAfterMs }),
);
await new Promise(setImmediate);
writeSync(1, JSON.stringify({ ...result, unhandled }));
