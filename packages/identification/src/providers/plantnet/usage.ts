import type { UsageReport } from '../../quotas/types.ts';
import { windowUsage } from '../usage-report.ts';
import type { DailyQuota } from './response.ts';

const DAY_MS = 86_400_000;

/** Maximum difference between the provider's midnight, given in whole seconds, and ours. */
const CLOCK_SKEW_MS = 60_000;

/** Returns the report of `/v2/quota/daily`; an empty one when it is about another day than ours. */
export function dailyUsage({ day, quota }: DailyQuota, now: number): UsageReport {
  const today = new Date(now).toISOString().slice(0, 10);
  if (typeof day === 'string' && day !== today) return { windows: {}, exhausted: false };
  const { count, remaining, total } = quota.identify;
  return { windows: { day: windowUsage({ limit: total, used: count, left: remaining }) }, exhausted: false };
}

/**
 * Returns the report in the headers of an answer (draft 8 of the IETF's RateLimit fields):
 * `RateLimit-Policy: "dailyQuota";q=500;w=86400` and `RateLimit: "dailyQuota";r=499;t=3600`. Undefined when they say
 * nothing about the day that ends at our midnight.
 */
export function headerUsage(headers: Headers, now: number): UsageReport | undefined {
  const policy = itemOf(headers.get('ratelimit-policy'));
  const state = itemOf(headers.get('ratelimit'));
  if (policy === undefined || state === undefined || policy.name !== state.name) return undefined;
  const { q: limit, w: seconds } = policy.numbers;
  const { r: left, t: resetsIn } = state.numbers;
  if (limit === undefined || left === undefined || seconds !== 86_400 || left > limit) return undefined;
  if (resetsIn !== undefined && !isOurMidnight(now + resetsIn * 1_000)) return undefined;
  return { windows: { day: windowUsage({ limit, left }) }, exhausted: false };
}

function isOurMidnight(at: number): boolean {
  const past = at % DAY_MS;
  return Math.min(past, DAY_MS - past) <= CLOCK_SKEW_MS;
}

/** Returns the first item of a structured list, with its parameters that are whole numbers. */
function itemOf(header: string | null): { name: string; numbers: Readonly<Record<string, number>> } | undefined {
  const name = /^\s*"([^"]{1,64})"/.exec(header ?? '')?.[1];
  if (header === null || name === undefined) return undefined;
  const [item = ''] = header.split(',');
  const numbers = [...item.matchAll(/;\s*([a-z]{1,8})=(\d{1,12})(?=;|\s*$)/g)];
  return { name, numbers: Object.fromEntries(numbers.map(([, key = '', value]) => [key, Number(value)])) };
}
