import type { Database } from '@plantcommunity/db';
import type { OperatedProvider, ProviderName } from '@plantcommunity/identification';
import type { Clock } from '@plantcommunity/resilience';
import { DAY_MS, MINUTE_MS } from '../durations.ts';
import { Sampler } from '../sampler.ts';
import { type DayUse, projectedExhaustion } from './exhaustion.ts';

/** The limited quotas of all providers. Times are in milliseconds since 1970. */
export interface QuotasOverview {
  rows: readonly {
    provider: ProviderName;
    window: string;
    used: number;
    limit: number;
    /** Absent for a quota over the life of a key, which never resets. */
    resetsAt?: number;
    /** When the provider last reported its limit; absent for a limit of our own. */
    reportedAt?: number;
    /** When it will be used up at the present pace; absent when it lasts, or is used up already. */
    exhaustedAt?: number;
    /** The credits of the last 30 days, oldest first, today included. */
    days: readonly DayUse[];
  }[];
}

const DAYS = 30;

/** Reads the quotas of all providers, and their use per day at most once a minute. */
export class QuotasReader {
  readonly #providers: Readonly<Record<ProviderName, Pick<OperatedProvider, 'quotaReportedAt' | 'quotas'>>>;
  readonly #clock: Clock;
  readonly #days: Sampler<ReadonlyMap<string, readonly DayUse[]>>;

  constructor(options: {
    providers: Readonly<Record<ProviderName, Pick<OperatedProvider, 'quotaReportedAt' | 'quotas'>>>;
    client: Database['client'];
    clock: Clock;
  }) {
    this.#providers = options.providers;
    this.#clock = options.clock;
    const names = Object.keys(options.providers);
    this.#days = new Sampler(options.clock, MINUTE_MS, () => readDays(names, options.client, options.clock.now()));
  }

  async read(): Promise<QuotasOverview> {
    const days = await this.#days.read();
    // Whole minutes: a projection that moved with each second would be a change of its own.
    const now = Math.floor(this.#clock.now() / MINUTE_MS) * MINUTE_MS;
    const rows = Object.entries(this.#providers).flatMap(([name, provider]) =>
      provider.quotas().flatMap((counter) => {
        const { limit, period, used } = counter;
        if (limit === undefined) return [];
        const daysOfProvider = days?.get(name) ?? [];
        const reportedAt = provider.quotaReportedAt(period.window);
        const exhaustedAt = projectedExhaustion(counter, { days: daysOfProvider, now });
        return {
          // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- Object.entries forgets the type of names
          provider: name as ProviderName,
          window: period.window,
          used,
          limit,
          ...(Number.isFinite(period.endsAt) && { resetsAt: period.endsAt }),
          ...(reportedAt !== undefined && { reportedAt }),
          ...(exhaustedAt !== undefined && { exhaustedAt }),
          days: daysOfProvider,
        };
      }),
    );
    return { rows };
  }
}

/** Returns the credits of each of the last days by provider, also of days without use. */
async function readDays(
  providers: readonly string[],
  client: Database['client'],
  now: number,
): Promise<ReadonlyMap<string, readonly DayUse[]>> {
  const today = now - (now % DAY_MS);
  const days = Array.from({ length: DAYS }, (_, index) => dayOf(today - (DAYS - 1 - index) * DAY_MS));
  const uses = await client.providerUse.groupBy({
    by: ['provider', 'day'],
    where: { day: { gte: new Date(today - (DAYS - 1) * DAY_MS) } },
    _sum: { count: true },
  });
  const counts = new Map(
    uses.map(({ _sum, day, provider }) => [`${provider} ${dayOf(day.getTime())}`, _sum.count ?? 0]),
  );
  return new Map(
    providers.map((provider) => [provider, days.map((day) => ({ day, count: counts.get(`${provider} ${day}`) ?? 0 }))]),
  );
}

function dayOf(ms: number): string {
  return new Date(ms).toISOString().slice(0, 10);
}
