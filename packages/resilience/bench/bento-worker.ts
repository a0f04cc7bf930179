// One process of a stampede on bentocache, with the same Redis behind its memory and a bus between the processes.
import { BentoCache, bentostore } from 'bentocache';
import { memoryDriver } from 'bentocache/drivers/memory';
import { redisBusDriver, redisDriver } from 'bentocache/drivers/redis';
import { Redis as IORedis } from 'ioredis';
import { type StampedeCommand, stampede } from './stampede.ts';
import { acceptCommands, sendReport } from './worker.ts';

const TTL_MS = 60_000;

const [callers, url = ''] = process.argv.slice(2);
const connection = new IORedis(url);
await connection.ping();
const { hostname: host, port } = new URL(url);
const bento = new BentoCache({
  default: 'shared',
  stores: {
    shared: bentostore()
      .useL1Layer(memoryDriver({ maxItems: 100 }))
      .useL2Layer(redisDriver({ connection }))
      .useBus(redisBusDriver({ connection: { host, port: Number(port) } })),
  },
});
const ask = (key: string, load: () => Promise<string>) => bento.getOrSet({ key, factory: load, ttl: TTL_MS });

process.on('message', (command: StampedeCommand) => void stampede(command, Number(callers), ask).then(sendReport));
acceptCommands(() => bento.disconnectAll());
