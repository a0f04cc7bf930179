import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Database } from '@plantcommunity/db';
import { openTestDatabase } from '@plantcommunity/db/testing';
import { FakeClock } from '@plantcommunity/resilience/testing';
import { createLogger } from '@plantcommunity/telemetry';
import { afterAll, afterEach, beforeAll, beforeEach } from 'vitest';
import type { ProviderError } from '../../providers/provider-error.ts';
import { createStore, type Store } from '../../store/store.ts';
import { anIdentification, aPhoto, savedBy, someOptions } from '../../store/testing/entries.ts';
import type { NewIdentification } from '../../store/types.ts';

const HOUR_MS = 3_600_000;
const ORIGIN = 'https://plant.example';

/** A request as the provider received it. */
type Asked = string | readonly unknown[];

/**
 * Sets up the tests of follow-ups: a store with two owners, and a provider that keeps copies of their identifications and
 * lists what it is asked about them.
 */
export class CopiesFlow {
  database!: Database;
  clock!: FakeClock;
  store!: Store;
  ann!: string;
  bob!: string;
  /** State of the provider's circuit. */
  state: 'closed' | 'open' = 'closed';
  isKeyRejected = false;
  /** What the provider answers with, unless it accepts a request. */
  failure: ProviderError | undefined;
  asked: Asked[] = [];
  #folder = '';

  constructor() {
    beforeAll(async () => {
      this.database = await openTestDatabase();
    });
    afterAll(() => this.database.close());
    beforeEach(() => this.#reset());
    afterEach(() => rm(this.#folder, { recursive: true }));
  }

  async #reset(): Promise<void> {
    const { identification, photo, providerCopy, user } = this.database.client;
    await identification.deleteMany();
    await providerCopy.deleteMany();
    await photo.deleteMany();
    await user.deleteMany();
    this.#folder = await mkdtemp(join(tmpdir(), 'copies-'));
    this.clock = new FakeClock(Date.UTC(2026, 4, 1));
    this.openStore();
    this.state = 'closed';
    this.isKeyRejected = false;
    this.failure = undefined;
    this.asked = [];
    [this.ann, this.bob] = await Promise.all([this.#newUser(), this.#newUser()]);
  }

  /** Opens the store as a process does that has just started. */
  openStore(): void {
    const { clock, database } = this;
    this.store = createStore({
      database,
      photos: { folder: this.#folder },
      clock,
      logger: createLogger({ level: 'silent' }),
    });
  }

  async #newUser(): Promise<string> {
    const id = randomUUID();
    await this.database.client.user.create({ data: { id, email: `${id}@example.org`, createdAt: new Date() } });
    return id;
  }

  /** Makes the database one that was restored elsewhere: all that it has recorded so far belongs to the original. */
  async moveDatabase(): Promise<void> {
    await this.database.client.databaseIdentity.updateMany({ data: { place: 'the server of the original' } });
    this.openStore();
  }

  /** Saves an identification whose answer the cache keeps for an hour. */
  async save(ownerId: string, token: string, origin?: string): Promise<string> {
    const { id } = await savedBy(this.store, this.entryOf(ownerId, token, origin));
    return id;
  }

  entryOf(
    ownerId: string,
    token: string,
    origin = ORIGIN,
  ): NewIdentification & Pick<Required<NewIdentification>, 'copies'> {
    const keptUntil = this.clock.now() + HOUR_MS;
    const copies = [{ provider: 'plant_id' as const, origin, token, keptUntil }];
    return { ownerId, identification: anIdentification, photos: [aPhoto('one')], options: someOptions, copies };
  }

  /** Lets the provider receive a request. */
  async ask(asked: Asked): Promise<void> {
    this.asked.push(asked);
    if (this.failure !== undefined) throw this.failure;
  }

  /** Returns the provider, with a client that has these functions. */
  providerWith<Client extends object>(client: Client) {
    return {
      client: { name: 'plant_id' as const, origin: ORIGIN, ...client },
      circuit: { snapshot: () => ({ state: this.state }) },
      access: { isRefused: () => this.isKeyRejected },
    };
  }
}
