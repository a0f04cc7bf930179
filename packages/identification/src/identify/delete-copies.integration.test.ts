import { createLogger } from '@plantcommunity/telemetry';
import { describe, expect, it } from 'vitest';
import { ProviderError } from '../providers/provider-error.ts';
import { createCopyDeletionQueue } from '../store/provider-copies.ts';
import { createCopyDeletion } from './delete-copies.ts';
import { CopiesFlow } from './testing/copies-flow.ts';

const HOUR_MS = 3_600_000;

const flow = new CopiesFlow();

/** Deletes all identifications of an owner, and removes them as the job does. */
async function removeAll(ownerId: string): Promise<void> {
  await flow.store.deleteAll(ownerId);
  flow.clock.advance(60_000);
  await flow.store.removeDeleted(new AbortController().signal);
}

/** Runs the deletion as a process does that has just started. */
function deleteCopies() {
  const { clock, database } = flow;
  const run = createCopyDeletion({
    queue: createCopyDeletionQueue({ client: database.client, clock, host: '' }),
    providers: [flow.providerWith({ deleteCopy: (token: string) => flow.ask(token) })],
    logger: createLogger({ level: 'silent' }),
  });
  return run(new AbortController().signal);
}

describe('the copy that a provider keeps of an identification', () => {
  it('is deleted there once neither an identification nor a cached answer refers to it', async () => {
    const { ann, asked, bob, clock } = flow;
    await flow.save(ann, 'shared');
    await flow.save(bob, 'shared');
    await flow.save(bob, 'kept');
    await removeAll(ann);
    clock.advance(2 * HOUR_MS);
    expect({ result: await deleteCopies(), asked }).toEqual({ result: { done: 0, waiting: 0 }, asked: [] });

    await removeAll(bob);
    // The cached answer was given to another caller, whose identification is removed soon.
    await flow.save(ann, 'kept');
    await removeAll(ann);
    expect({ result: await deleteCopies(), asked }).toEqual({ result: { done: 1, waiting: 0 }, asked: ['shared'] });
    clock.advance(2 * HOUR_MS);
    await deleteCopies();
    await deleteCopies();
    expect(asked).toEqual(['shared', 'kept']);
    expect(await flow.database.client.providerCopy.count()).toBe(0);
  });

  it('stays there while the deletion of the identification can be undone', async () => {
    const { ann, asked, clock, store } = flow;
    const id = await flow.save(ann, 'undone');
    clock.advance(2 * HOUR_MS);
    await store.delete(ann, id);
    expect({ result: await deleteCopies(), asked }).toEqual({ result: { done: 0, waiting: 0 }, asked: [] });
  });

  it('is deleted with the account, also when its answer came after the account was closed', async () => {
    const { ann, asked, clock, database, store } = flow;
    await flow.save(ann, 'filed');
    await store.deleteByOwner(ann);
    await database.client.user.delete({ where: { id: ann } });
    const late = flow.entryOf(ann, 'late');
    await store.recordCopies(late.copies);
    expect(await store.save(late)).toBeUndefined();
    clock.advance(2 * HOUR_MS);
    expect(await deleteCopies()).toEqual({ done: 2, waiting: 0 });
    expect(new Set(asked)).toEqual(new Set(['filed', 'late']));
  });

  it('is deleted without any identification of it, once the cached answer has ended', async () => {
    const { ann, asked, clock, store } = flow;
    const [copy] = flow.entryOf(ann, 'not saved').copies;
    if (copy !== undefined) await Promise.all([store.recordCopies([copy]), store.recordCopies([copy])]);
    clock.advance(HOUR_MS - 1);
    expect(await deleteCopies()).toEqual({ done: 0, waiting: 0 });
    clock.advance(1);
    expect({ result: await deleteCopies(), asked }).toEqual({
      result: { done: 1, waiting: 0 },
      asked: ['not saved'],
    });
  });

  it('has its deletion repeated with growing pauses while the provider fails, and not while the circuit is open', async () => {
    const { ann, asked, clock } = flow;
    await flow.save(ann, 'one');
    await removeAll(ann);
    clock.advance(2 * HOUR_MS);
    flow.failure = new ProviderError('plant_id', 'failed', 'status 503');
    const failingSince = clock.now();
    const waiting = { done: 0, waiting: 1, failingSince };
    const triedAfter: number[] = [];
    for (let minutes = 0; minutes < 16; minutes++) {
      const before = asked.length;
      expect(await deleteCopies()).toEqual(waiting);
      if (asked.length > before) triedAfter.push(minutes);
      clock.advance(60_000);
    }
    expect(triedAfter).toEqual([0, 1, 3, 7, 15]);

    clock.advance(24 * HOUR_MS);
    [flow.failure, flow.state] = [undefined, 'open'];
    expect(await deleteCopies()).toEqual(waiting);
    [flow.state, flow.isKeyRejected] = ['closed', true];
    expect(await deleteCopies()).toEqual(waiting);
    flow.isKeyRejected = false;
    expect(await deleteCopies()).toEqual({ done: 1, waiting: 0 });
    expect(asked).toHaveLength(6);
  });

  it('is left to a later run after three failures in succession', async () => {
    const { ann, asked, clock } = flow;
    for (const token of ['one', 'two', 'three', 'four']) await flow.save(ann, token);
    await removeAll(ann);
    clock.advance(2 * HOUR_MS);
    flow.failure = new ProviderError('plant_id', 'timeout', 'no answer');
    expect(await deleteCopies()).toMatchObject({ done: 0, waiting: 4 });
    expect(asked).toHaveLength(3);
  });

  it('is deleted only by the database that recorded it, not by one that was restored from its dump', async () => {
    const { ann, asked, clock, database } = flow;
    await flow.save(ann, 'of the original');
    await flow.moveDatabase();
    await flow.save(ann, 'of the copy');
    await removeAll(ann);
    clock.advance(2 * HOUR_MS);
    expect({ result: await deleteCopies(), asked }).toEqual({
      result: { done: 1, waiting: 0 },
      asked: ['of the copy'],
    });
    // The row of the other goes once the provider keeps nothing any more.
    clock.advance(190 * 24 * HOUR_MS);
    await deleteCopies();
    expect(await database.client.providerCopy.count()).toBe(0);
  });

  it('at another base URL is never deleted there, and forgotten once no provider keeps it any more', async () => {
    const { ann, asked, clock } = flow;
    await flow.save(ann, 'one', 'http://simulator.example');
    await removeAll(ann);
    clock.advance(189 * 24 * HOUR_MS);
    expect(await deleteCopies()).toEqual({ done: 0, waiting: 1 });
    clock.advance(48 * HOUR_MS);
    expect(await deleteCopies()).toEqual({ done: 0, waiting: 0 });
    expect(asked).toEqual([]);
  });
});
