import { describe, expect, it } from 'vitest';
import { CircuitCluster } from '../testing/circuit-cluster.ts';
import { createTask } from '../testing/task.ts';

const cluster = CircuitCluster.forEachTest();
const { addProcess, openAll, settle } = cluster;
const TRIALS = 'circuit:{service}:trials';
const options = { trialPermits: 1, trialDeadlineMs: 60_000 };

const permitsTaken = () => cluster.redis.command('ZCARD', TRIALS);

async function halfOpen() {
  const [a, b] = [await addProcess(options), await addProcess(options)];
  await openAll();
  cluster.clock.advance(60_000);
  const task = createTask<string>();
  const trial = a.execute(task.work);
  await settle();
  return { a, b, task, trial };
}

describe('closing a circuit', () => {
  it('lets a running trial count and give its permit back when it ends', async () => {
    const { a, b, task, trial } = await halfOpen();
    a.close();
    task.resolve('leaf');
    await trial;
    await settle();
    expect({ taken: await permitsTaken(), admits: b.admits() }).toEqual({ taken: 0, admits: true });
    expect(b.snapshot().trials).toEqual({ succeeded: 1, required: 2 });
  });

  it('lets a trial that was just requested give its permit back when it ends', async () => {
    const { a, b, task } = await halfOpen();
    task.resolve('leaf');
    await settle();
    const late = createTask<string>();
    const trial = a.execute(late.work);
    a.close();
    await settle();
    late.reject(new Error('withered'));
    await expect(trial).rejects.toThrow('withered');
    await settle();
    expect({ taken: await permitsTaken(), state: b.snapshot().state }).toEqual({ taken: 0, state: 'open' });
  });

  it('queues no write for later when a trial ends while Redis is unavailable', async () => {
    const { a, b, task, trial } = await halfOpen();
    cluster.redis.down();
    a.close();
    task.resolve('leaf');
    await trial;
    cluster.redis.commands.length = 0;
    await cluster.redis.up('kept');
    await settle();
    expect({ taken: await permitsTaken(), admits: b.admits() }).toEqual({ taken: 1, admits: false });
    cluster.clock.advance(60_000);
    expect(b.admits()).toBe(true);
  });
});
