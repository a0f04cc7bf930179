// Embedded Redis for machines without a redis-server: written in JavaScript, kept in memory only.
// Argument: the path of its socket. `js-redis-server/core` is used because the package's own server listens on every
// network interface.
import { chmodSync } from 'node:fs';
import { createRedisCommandExecutor, RedisServerState, Resp2Server } from 'js-redis-server/core';
import { endWithParentPipe } from './parent-pipe.ts';

const [socket = ''] = process.argv.slice(2);
const state = new RedisServerState({ databaseCount: 16, compatibility: 'redis-7.0' });
const { server } = new Resp2Server({ server: state, executor: createRedisCommandExecutor() });

await new Promise<void>((resolve, reject) => {
  server.once('error', reject);
  server.listen(socket, resolve);
});
chmodSync(socket, 0o600);

endWithParentPipe(() => void server.close());
process.stdout.write(`${JSON.stringify({ listening: socket })}\n`);
