import { clockText } from '../../../lib/format/amounts.ts';
import { dayAndTime, durationText, untilTime } from '../../../lib/format/time.ts';
import type { ProviderCircuit, QuotaUse } from '../../../lib/wire.ts';
import type { ProviderState } from '../state/provider-state.ts';

/** A provider as its card describes it. */
export interface DescribedProvider {
  state: ProviderState;
  circuit: ProviderCircuit;
  /** The quota that is used up. */
  usedUp?: QuotaUse | undefined;
}

/** The most important number of a state, with its caption. */
export interface KeyFigure {
  figure: string;
  caption: string;
  /** Progress from 0 to 1; absent without an end. */
  share?: number;
}

/** Returns the key figure; undefined while there is nothing to wait for. */
export function keyFigure(provider: DescribedProvider, now: number, timeZone: string): KeyFigure | undefined {
  const { circuit, state, usedUp } = provider;
  const { isolation, next_trial_at: nextTrialAt, since, trials } = circuit;
  if (state === 'open' && nextTrialAt !== undefined) {
    const end = Date.parse(nextTrialAt);
    const share = elapsed(since === undefined ? end : Date.parse(since), end, now);
    return end > now
      ? { figure: clockText((end - now) / 1000), caption: 'until the next try', share }
      : { figure: clockText(0), caption: 'the next call is a try', share: 1 };
  }
  if (state === 'half_open' && trials !== undefined) {
    const { required, succeeded } = trials;
    return {
      figure: `${succeeded}/${required}`,
      caption: `good trials of ${required} needed`,
      share: succeeded / required,
    };
  }
  if (state === 'isolated' && isolation !== undefined) {
    if (isolation.until === undefined) return { figure: 'no end', caption: 'until an operator releases it' };
    const end = Date.parse(isolation.until);
    return {
      figure: `until ${untilTime(end, now, timeZone)}`,
      caption: `ends by itself in ${durationText(end - now)}`,
      share: elapsed(Date.parse(isolation.at), end, now),
    };
  }
  if (state === 'used_up' && usedUp !== undefined) {
    if (usedUp.limit === 0) return { figure: 'no end', caption: 'its limit is 0' };
    if (usedUp.resets_at === undefined) return { figure: 'no end', caption: 'it is not filled again' };
    const end = Date.parse(usedUp.resets_at);
    return { figure: `until ${untilTime(end, now, timeZone)}`, caption: `full again in ${durationText(end - now)}` };
  }
  return undefined;
}

/** Returns when the state began in ISO 8601; undefined when it is unknown. */
export function sinceOf({ circuit, state }: DescribedProvider): string | undefined {
  if (state === 'unpaid') return circuit.unpaid_since;
  if (state === 'isolated') return circuit.isolation?.at ?? circuit.since;
  return state === 'used_up' ? undefined : circuit.since;
}

/** Formats "Since 02:41:07, for 3 min 12 s". */
export function sinceText(since: string, now: number, timeZone: string): string {
  const from = Date.parse(since);
  return `Since ${dayAndTime(from, now, timeZone)}, for ${durationText(now - from)}`;
}

/** Describes what will happen by itself, and what only a person can do. */
export function nextStepText({ circuit, state }: DescribedProvider, now: number, timeZone: string): string {
  const { fail_count: failed, fail_max: failMax, isolation } = circuit;
  const resetTime = durationText(circuit.reset_timeout_ms);
  switch (state) {
    case 'closed': {
      const left = failMax - failed;
      const more = failed === 0 ? '' : 'more ';
      return left === 1
        ? `1 ${more}failure opens it for ${resetTime}.`
        : `${left} ${more}failures in a row open it for ${resetTime}.`;
    }
    case 'open':
      return `Then we try a call. If it fails, it rests ${longerResetText(circuit)}.`;
    case 'half_open': {
      const left = (circuit.trials?.required ?? 1) - (circuit.trials?.succeeded ?? 0);
      const good = left === 1 ? '1 more good call closes it' : `${left} good calls close it`;
      return `${good}. 1 bad one opens it for ${longerResetText(circuit)}.`;
    }
    case 'isolated': {
      const end = isolation?.until;
      const until = end === undefined ? '' : `at ${untilTime(Date.parse(end), now, timeZone)}, or `;
      return `No call goes out. It closes ${until}when an operator releases it.`;
    }
    case 'off':
      return 'It has no key here, so it is never asked.';
    case 'misconfigured':
      return 'It needs another key. We ask now and then, at no cost, whether it takes ours again.';
    case 'unpaid':
      return 'Its account needs money. It is asked again once it has some.';
    case 'used_up':
      return 'No call goes out until its quota is full again.';
  }
}

/** The failure that a card names; `at` in ISO 8601, if the text has a time. */
export interface LastFailure {
  text: string;
  at?: string;
}

/**
 * Returns the failure that explains the state. Circuits do not count refusals of access, so a rejected key and a lack of
 * money come before the last failure that was counted. Formats "Timeout after 35 s, at 02:42:42".
 */
export function lastFailureOf({ circuit, state }: DescribedProvider, now: number, timeZone: string): LastFailure {
  if (state === 'misconfigured') return { text: 'It rejected our key' };
  if (state === 'unpaid') return { text: 'It asked for money' };
  const { last_failure: last } = circuit;
  if (last === undefined) return { text: 'None known' };
  const text = failureText(last.kind, circuit);
  if (last.at === undefined) return { text };
  return { text: `${text}, at ${dayAndTime(Date.parse(last.at), now, timeZone)}`, at: last.at };
}

/** Names of the failures, by their kind on the wire. */
const FAILURES: Readonly<Record<string, string>> = {
  http_500: '500 Internal Server Error',
  http_502: '502 Bad Gateway',
  http_503: '503 Service Unavailable',
  http_504: '504 Gateway Timeout',
  connection: 'No connection',
  redirect: 'A redirect, which is not followed',
  oversized: 'An answer too large',
  malformed: 'An answer that is no JSON',
  off_contract: 'An answer of another shape',
  other: 'No usable answer',
};

function failureText(kind: string, { timeout_ms: timeoutMs }: ProviderCircuit): string {
  if (kind === 'timeout') return `Timeout after ${durationText(timeoutMs)}`;
  return FAILURES[kind] ?? kind.replace(/^http_/, 'HTTP ');
}

/** Describes the reset time after another failed trial; a doubled one is up to a tenth longer. */
function longerResetText({ max_reset_timeout_ms: longest, reset_timeout_ms: rest }: ProviderCircuit): string {
  if (rest * 2 >= longest) return `${durationText(longest)}, the longest there is`;
  return `about ${durationText(rest * 2)} (${durationText(longest)} at most)`;
}

function elapsed(from: number, to: number, now: number): number {
  return to <= from ? 1 : Math.min(1, Math.max(0, (now - from) / (to - from)));
}
