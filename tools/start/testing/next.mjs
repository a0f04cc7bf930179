// Replaces `next build` in tests of the launcher: takes a moment and logs each run.
import { appendFileSync, mkdirSync } from 'node:fs';

const BUILD_MS = 700;

mkdirSync('.next', { recursive: true });
appendFileSync('builds.log', `${Object.keys(process.env).join(' ')}\n`);
setTimeout(() => {}, BUILD_MS);
