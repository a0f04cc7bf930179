// One process of a stampede on our cache.
import { connectRedis, createCache, systemClock } from '../src/index.ts';
import { type StampedeCommand, stampede } from './stampede.ts';
import { acceptCommands, sendReport } from './worker.ts';

const SHARED = { prefix: 'bench', clock: systemClock };
const LIFETIME = { ttlMs: 60_000, staleMs: 60_000 };

const [callers, url = '', token] = process.argv.slice(2);
const settings = token ? { restUrl: url, token } : { url };
const redis = await connectRedis(settings, { timeoutMs: 5000, readyWaitMs: 10_000 });
const lock = { ttlMs: 30_000, waitMs: 30_000 };
const cache = createCache({ ...SHARED, redis, lock, memory: { maxEntries: 100 } });
const ask = (key: string, load: () => Promise<string>) => cache.getOrLoad(key, load, { lifetime: () => LIFETIME });

process.on('message', (command: StampedeCommand) => void stampede(command, Number(callers), ask).then(sendReport));
acceptCommands(() => redis.close());
