import { createSimulator } from './simulator.ts';

const { env } = process;

if (env['APP_ENV'] === 'production') {
  process.stderr.write('The simulator answers with made-up plants: it does not start with APP_ENV=production.\n');
  process.exit(1);
}

const simulator = await createSimulator({
  port: Number(env['PORT'] ?? 0),
  latency: env['SIMULATOR_LATENCY'] === 'human' ? 'human' : 'none',
});
process.stdout.write(`${JSON.stringify({ listening: simulator.url })}\n`);

const end = (): void => {
  void simulator.close().then(() => process.exit(0));
};
process.once('SIGTERM', end);
process.once('SIGINT', end);
// The launcher holds the other end of this pipe: end when the launcher ends, also after a crash.
if (env['PLANT_LAUNCHER_PIPE'] === '1') process.stdin.once('end', end).once('close', end).resume();
