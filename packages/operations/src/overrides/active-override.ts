import type { Prisma } from '@plantcommunity/db';
import type { ProviderName } from '@plantcommunity/identification';

/** An order that has not ended. */
export interface ActiveOverride {
  id: string;
  action: 'isolate' | 'reset';
  reason: string;
  until?: Date;
  /** E-mail address. */
  by: string;
  createdAt: Date;
}

const select = {
  id: true,
  action: true,
  reason: true,
  until: true,
  createdAt: true,
  by: { select: { email: true } },
} as const;

/** What operators want of a provider's circuit now; undefined: that it decides by itself. */
export async function activeOverride(
  client: Prisma.TransactionClient,
  provider: ProviderName,
): Promise<ActiveOverride | undefined> {
  const row = await client.circuitOverride.findFirst({
    where: { provider, endedAt: null },
    orderBy: { id: 'desc' },
    select,
  });
  if (row === null) return undefined;
  const { by, until, ...rest } = row;
  return { ...rest, by: by.email, ...(until !== null && { until }) };
}
