import { createLogger } from '@plantcommunity/telemetry';
import { describe, expect, it } from 'vitest';
import { ProviderError } from '../providers/provider-error.ts';
import { createRatingQueue } from '../store/feedback.ts';
import type { FeedbackRating } from '../types.ts';
import { createRatingSender } from './send-ratings.ts';
import { CopiesFlow } from './testing/copies-flow.ts';

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
const ORIGIN_OF_SIMULATOR = 'http://simulator.example';

const flow = new CopiesFlow();

/** Sends ratings as a process does that has just started. `receive`: what the provider does meanwhile. */
function sendRatings(receive: () => Promise<unknown> = async () => undefined) {
  const { clock, database } = flow;
  const rateAnswer = async (token: string, rating: FeedbackRating) => {
    await flow.ask([token, rating]);
    await receive();
  };
  const run = createRatingSender({
    queue: createRatingQueue({ client: database.client, clock, host: '' }),
    providers: [flow.providerWith({ rateAnswer })],
    logger: createLogger({ level: 'silent' }),
  });
  return run(new AbortController().signal);
}

describe('the rating of an answer', () => {
  it('is sent once to the provider that keeps the answer, without the name of the plant', async () => {
    const { ann, asked, bob, store } = flow;
    const [one, two, three] = [await flow.save(ann, 'one'), await flow.save(ann, 'two'), await flow.save(bob, 'three')];
    await store.giveFeedback(ann, one, { rating: 'right' });
    await store.giveFeedback(ann, two, { rating: 'not_this' });
    await store.giveFeedback(bob, three, { rating: 'it_is', name: 'Dracaena' });
    expect(await sendRatings()).toEqual({ done: 3, waiting: 0 });
    expect(await sendRatings()).toEqual({ done: 0, waiting: 0 });
    expect(asked).toHaveLength(3);
    expect(asked).toEqual(
      expect.arrayContaining([
        ['one', 'right'],
        ['two', 'not_this'],
        ['three', 'it_is'],
      ]),
    );
    expect(await flow.database.client.feedback.findMany({ where: { sentAt: null } })).toEqual([]);
  });

  it('that is replaced before it is sent is never sent, and one that is replaced later is sent, too', async () => {
    const { ann, asked, clock, store } = flow;
    const id = await flow.save(ann, 'one');
    await store.giveFeedback(ann, id, { rating: 'right' });
    clock.advance(MINUTE_MS);
    await store.giveFeedback(ann, id, { rating: 'not_this' });
    await sendRatings();
    clock.advance(MINUTE_MS);
    await store.giveFeedback(ann, id, { rating: 'it_is', name: 'Dracaena' });
    expect(await sendRatings()).toEqual({ done: 1, waiting: 0 });
    expect(asked).toEqual([
      ['one', 'not_this'],
      ['one', 'it_is'],
    ]);
  });

  it.each([
    ['accepted', undefined],
    ['refused', new ProviderError('plant_id', 'failed', 'status 503')],
  ])('that is replaced while it is %s is followed by the other one', async (_how, failure) => {
    const { ann, asked, clock, store } = flow;
    const id = await flow.save(ann, 'one');
    await store.giveFeedback(ann, id, { rating: 'right' });
    await sendRatings(async () => {
      clock.advance(1);
      await store.giveFeedback(ann, id, { rating: 'not_this' });
      if (failure !== undefined) throw failure;
    });
    expect(await sendRatings()).toEqual({ done: 1, waiting: 0 });
    expect(asked).toEqual([
      ['one', 'right'],
      ['one', 'not_this'],
    ]);
  });

  it('is not sent again when its owner repeats it, or gives the plant another name', async () => {
    const { ann, asked, clock, database, store } = flow;
    const id = await flow.save(ann, 'one');
    await store.giveFeedback(ann, id, { rating: 'it_is', name: 'Dracena' });
    await sendRatings();
    const sent = await database.client.feedback.findFirstOrThrow();
    clock.advance(MINUTE_MS);
    await store.giveFeedback(ann, id, { rating: 'it_is', name: 'Dracaena' });
    expect(await sendRatings()).toEqual({ done: 0, waiting: 0 });
    expect(asked).toEqual([['one', 'it_is']]);
    expect(await database.client.feedback.findFirstOrThrow()).toEqual({
      ...sent,
      name: 'Dracaena',
      createdAt: new Date(clock.now()),
    });
  });

  it('is not sent again when its owner repeats it while it is sent', async () => {
    const { ann, asked, clock, store } = flow;
    const id = await flow.save(ann, 'one');
    await store.giveFeedback(ann, id, { rating: 'right' });
    await sendRatings(async () => {
      clock.advance(1);
      await store.giveFeedback(ann, id, { rating: 'right' });
    });
    expect(await sendRatings()).toEqual({ done: 0, waiting: 0 });
    expect(asked).toEqual([['one', 'right']]);
  });

  it('is sent again with growing pauses while the provider fails, and not while the provider may not be asked', async () => {
    const { ann, asked, clock, store } = flow;
    await store.giveFeedback(ann, await flow.save(ann, 'one'), { rating: 'right' });
    flow.failure = new ProviderError('plant_id', 'failed', 'status 503');
    const failingSince = clock.now();
    const waiting = { done: 0, waiting: 1, failingSince };
    const triedAfter: number[] = [];
    for (let minutes = 0; minutes < 8; minutes++) {
      const before = asked.length;
      expect(await sendRatings()).toEqual(waiting);
      if (asked.length > before) triedAfter.push(minutes);
      clock.advance(MINUTE_MS);
    }
    expect(triedAfter).toEqual([0, 1, 3, 7]);

    clock.advance(DAY_MS);
    [flow.failure, flow.state] = [undefined, 'open'];
    expect(await sendRatings()).toEqual(waiting);
    [flow.state, flow.isKeyRejected] = ['closed', true];
    expect(await sendRatings()).toEqual(waiting);
    flow.isKeyRejected = false;
    expect(await sendRatings()).toEqual({ done: 1, waiting: 0 });
    expect(asked).toHaveLength(5);
  });

  it('of an answer that no provider keeps does not wait to be sent', async () => {
    const { ann, asked, store } = flow;
    const { copies: _none, ...entry } = flow.entryOf(ann, 'one');
    const saved = await store.save(entry);
    expect(await store.giveFeedback(ann, saved?.id ?? '', { rating: 'right' })).toBeDefined();
    expect({ run: await sendRatings(), asked }).toEqual({ run: { done: 0, waiting: 0 }, asked: [] });
  });

  it('of an answer from another base URL is never sent, and given up once no provider keeps it any more', async () => {
    const { ann, asked, clock, store } = flow;
    await store.giveFeedback(ann, await flow.save(ann, 'one', ORIGIN_OF_SIMULATOR), { rating: 'right' });
    clock.advance(189 * DAY_MS);
    expect(await sendRatings()).toEqual({ done: 0, waiting: 1 });
    clock.advance(2 * DAY_MS);
    expect(await sendRatings()).toEqual({ done: 0, waiting: 0 });
    expect(asked).toEqual([]);
    expect(await flow.database.client.feedback.count()).toBe(1);
  });

  it('is sent only by the database that recorded the answer, not by one that was restored from its dump', async () => {
    const { ann, asked } = flow;
    const [before, after] = [await flow.save(ann, 'rated there'), await flow.save(ann, 'rated here')];
    await flow.store.giveFeedback(ann, before, { rating: 'right' });
    await flow.moveDatabase();
    await flow.store.giveFeedback(ann, after, { rating: 'right' });
    await flow.store.giveFeedback(ann, await flow.save(ann, 'of the copy'), { rating: 'not_this' });
    expect({ run: await sendRatings(), asked }).toEqual({
      run: { done: 1, waiting: 0 },
      asked: [['of the copy', 'not_this']],
    });
  });

  it('of a deleted answer is sent only if the answer is restored', async () => {
    const { ann, asked, clock, database, store } = flow;
    const id = await flow.save(ann, 'one');
    await store.giveFeedback(ann, id, { rating: 'right' });
    await database.client.identification.update({ where: { id }, data: { deletedAt: new Date(clock.now()) } });
    expect({ run: await sendRatings(), asked }).toEqual({ run: { done: 0, waiting: 0 }, asked: [] });
    await database.client.identification.update({ where: { id }, data: { deletedAt: null } });
    expect(await sendRatings()).toEqual({ done: 1, waiting: 0 });
  });

  it('is deleted with the identification, before it is sent', async () => {
    const { ann, asked, clock, store } = flow;
    const id = await flow.save(ann, 'one');
    await store.giveFeedback(ann, id, { rating: 'right' });
    await store.delete(ann, id);
    expect({ run: await sendRatings(), asked }).toEqual({ run: { done: 0, waiting: 0 }, asked: [] });
    clock.advance(MINUTE_MS);
    await store.removeDeleted(new AbortController().signal);
    expect(await flow.database.client.feedback.count()).toBe(0);
  });
});
