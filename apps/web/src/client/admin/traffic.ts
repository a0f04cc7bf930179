import type { CircuitsOverview } from '../wire.ts';
import { PROVIDERS } from '../words/providers.ts';

const RECENT_MINUTES = 15;

/** How the calls of the last quarter of an hour went, by the instance that answers. */
export function traffic({ circuits }: Pick<CircuitsOverview, 'circuits'>): string {
  const recent = PROVIDERS.flatMap((provider) => circuits[provider].minutes.slice(-RECENT_MINUTES));
  const sum = (of: 'ok' | 'failed' | 'refused') => recent.reduce((total, minute) => total + minute[of], 0);
  const [failed, refused] = [sum('failed'), sum('refused')];
  const sent = sum('ok') + failed;
  const notSent = refused === 0 ? '' : ` ${grouped(refused)} ${refused === 1 ? 'was' : 'were'} not sent.`;
  if (sent === 0) return `In the last 15\u00a0min this instance sent no call.${notSent}`;
  const how = failed === 0 ? 'none failed' : `${grouped(failed)} failed`;
  return `In the last 15\u00a0min this instance sent ${grouped(sent)} ${sent === 1 ? 'call' : 'calls'}, ${how}.${notSent}`;
}

/** 1284 -> "1,284". */
export function grouped(count: number): string {
  return count.toLocaleString('en-GB');
}
