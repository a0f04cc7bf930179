import { createFrontDoor } from '../door/front-door.ts';
import { apiUnderTest, config } from './api-under-test.ts';
import { serve } from './serve.ts';

/** Messages to the parent process; memory in bytes. */
export type UploadServerWord =
  | { port: number }
  | {
      startRss: number;
      peakRss: number;
      asked: number;
      /** What the last upload that reached the service asked for. */
      options: object;
    };

const TICK_MS = 50;
const HOUR_MS = 3_600_000;

/** Runs our API in a process of its own and measures its memory; reports it, with what it was asked, on every message from the parent. */
const { api, asked, clock } = apiUnderTest({
  config: { proxyHops: 1, rates: { ...config.rates, anonymous: { count: 1_000, windowMs: HOUR_MS } } },
});
const { appUrl, trustedOrigins } = config;
const door = createFrontDoor(
  {
    mode: 'development',
    appUrl,
    allowedHosts: ['localhost'],
    corsOrigins: [],
    trustedOrigins,
    proxyHops: 1,
    httpsRedirect: false,
    hstsPreload: false,
  },
  clock,
);
const server = await serve(door, (request) => api.rest(request));
const startRss = process.memoryUsage.rss();
let peakRss = startRss;

// The test clock does not advance by itself.
setInterval(() => {
  clock.advance(TICK_MS);
  peakRss = Math.max(peakRss, process.memoryUsage.rss());
}, TICK_MS);
const say = (word: UploadServerWord) => process.send?.(word);
process.on('message', () => {
  const last = asked.at(-1);
  const options = { photos: last?.photos.length, ...last?.options };
  say({ startRss, peakRss, asked: asked.length, options });
});
process.on('disconnect', () => process.exit());
say({ port: server.port });
