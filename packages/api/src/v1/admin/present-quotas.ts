import type { Overview } from '@plantcommunity/operations';
import type { WireOverview } from './overview-wire.ts';

export function presentQuotas({ factor, rows }: Overview['quotas']): WireOverview['quotas'] {
  return { factor, rows: rows.map(presentQuota) };
}

function presentQuota(row: Overview['quotas']['rows'][number]): WireOverview['quotas']['rows'][number] {
  const { days, exhaustedAt, limit, provider, reportedAt, resetsAt, used, window } = row;
  return {
    provider,
    window,
    used,
    limit,
    resets_at: resetsAt === undefined ? undefined : instant(resetsAt),
    reported_at: reportedAt === undefined ? undefined : instant(reportedAt),
    exhausted_at: exhaustedAt === undefined ? undefined : instant(exhaustedAt),
    days: [...days],
  };
}

function instant(ms: number): string {
  return new Date(ms).toISOString();
}
