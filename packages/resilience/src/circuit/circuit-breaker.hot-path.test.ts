import { expect, it } from 'vitest';
import { SharedHouse } from '../testing/shared-house.ts';
import { createTask } from '../testing/task.ts';

const house = SharedHouse.forEachTest();
const { join, openAll, settle } = house;
const TRIALS = 'circuit:{service}:trials';
const options = { trialPermits: 1, trialDeadlineMs: 60_000 };

const permitsTaken = () => house.redis.command('ZCARD', TRIALS);

async function halfOpen() {
  const [a, b] = [await join(options), await join(options)];
  await openAll();
  house.clock.advance(60_000);
  const task = createTask<string>();
  const trial = a.execute(task.work);
  await settle();
  return { a, b, task, trial };
}

it('a trial that ends after its circuit was closed gives its permit back, and counts', async () => {
  const { a, b, task, trial } = await halfOpen();
  a.close();
  task.resolve('leaf');
  await trial;
  await settle();
  expect({ taken: await permitsTaken(), admits: b.admits() }).toEqual({ taken: 0, admits: true });
  expect(b.snapshot().trials).toEqual({ succeeded: 1, required: 2 });
});

it('a trial that was asked for when its circuit was closed gives its permit back', async () => {
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

it('a trial that ends after the close while Redis is unavailable queues no write for later', async () => {
  const { a, b, task, trial } = await halfOpen();
  house.redis.down();
  a.close();
  task.resolve('leaf');
  await trial;
  house.redis.commands.length = 0;
  await house.redis.up('kept');
  await settle();
  expect({ taken: await permitsTaken(), admits: b.admits() }).toEqual({ taken: 1, admits: false });
  house.clock.advance(60_000);
  expect(b.admits()).toBe(true);
});
