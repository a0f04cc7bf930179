import { anna, apiUnderTest, config } from './api-under-test.ts';
import { grant } from './fake-auth.ts';
import { storedItem } from './fake-service.ts';
import { guardUnderTest, serve } from './serve.ts';

/** Messages to the parent process; memory in bytes. */
export type UploadServerMessage =
  | { port: number }
  | {
      startRss: number;
      peakRss: number;
      asked: number;
      /** Options of the last upload that reached the service, with its number of photos and its Idempotency-Key. */
      options: object;
    };

const TICK_MS = 50;
const HOUR_MS = 3_600_000;

/** Every sign-in is Anna's, who has one identification. */
const tokens = { ...grant, accessToken: anna.userId };

/** Runs the API in a process of its own; answers each message of the parent with its memory and the last options. */
const { api, asked, clock } = apiUnderTest({
  auth: { tokens: { issue: async () => tokens, refresh: async () => tokens } },
  service: { history: async () => ({ items: [storedItem] }) },
  config: { proxyHops: 1, rates: { ...config.rates, anonymous: { count: 1_000, windowMs: HOUR_MS } } },
});
const server = await serve(guardUnderTest(clock, { proxyHops: 1 }), (request) => api.rest(request));
const startRss = process.memoryUsage.rss();
let peakRss = startRss;

// The test clock does not advance by itself.
setInterval(() => {
  clock.advance(TICK_MS);
  peakRss = Math.max(peakRss, process.memoryUsage.rss());
}, TICK_MS);
const send = (message: UploadServerMessage) => process.send?.(message);
process.on('message', () => {
  const { idempotencyKey, options: read, photos } = asked.at(-1) ?? {};
  const options = { photos: photos?.length, ...read, ...(idempotencyKey !== undefined && { idempotencyKey }) };
  send({ startRss, peakRss, asked: asked.length, options });
});
process.on('disconnect', () => process.exit());
send({ port: server.port });
