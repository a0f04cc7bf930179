import { listText } from '../../../lib/format/list.ts';
import { durationText, untilTime } from '../../../lib/format/time.ts';
import { displayNames, PROVIDER_NAMES, PROVIDERS } from '../../../lib/providers.ts';
import type { Overview, ProviderName } from '../../../lib/wire.ts';
import { canAnswer, providerState } from '../state/provider-state.ts';

const MINUTE_MS = 60_000;

export type OverrideType = 'isolate' | 'release' | 'reset';

export interface Override {
  type: OverrideType;
  provider: ProviderName;
}

/** The label of each override: as a command, and while it runs. */
export const OVERRIDE_LABELS: Readonly<Record<OverrideType, { command: string; progress: string }>> = {
  isolate: { command: 'Isolate', progress: 'Isolating' },
  release: { command: 'Release', progress: 'Releasing' },
  reset: { command: 'Reset', progress: 'Resetting' },
};

/** Describes what an override will do, for the dialog that confirms it. */
export function consequences(override: Override, overview: Overview): string[] {
  const late = overview.shared ? [] : ['Redis is down: other instances follow within half a minute.'];
  return [...effects(override, overview), ...late];
}

function effects({ provider, type }: Override, overview: Overview): string[] {
  const name = PROVIDERS[provider].displayName;
  const { fail_count: failCount, fail_max: failMax, reset_timeout_ms: rest, state } = overview.circuits[provider];
  switch (type) {
    case 'isolate':
      return [
        `No call goes to ${name}, from any instance.`,
        answersWithout(provider, overview),
        'It stays isolated until the time below, or until you release it.',
      ];
    case 'release':
      return [
        `Calls go to ${name} again, from every instance.`,
        `It is closed and counts from 0: ${failures(failMax)} open it again.`,
      ];
    case 'reset': {
      const forgets =
        state === 'closed' ? `Its ${failures(failCount)} in a row are forgotten.` : 'It is closed at once.';
      return [
        failCount === 0 && state === 'closed' ? 'It is closed and has no failure to forget.' : forgets,
        `Every instance calls ${name} again, recovered or not.`,
        `${failures(failMax)} in a row open it again, for ${state === 'closed' ? durationText(rest) : 'the shortest rest'}.`,
      ];
    }
  }
}

function answersWithout(provider: ProviderName, overview: Overview): string {
  const isAsked = (name: ProviderName) => canAnswer(providerState(name, overview));
  const others = PROVIDER_NAMES.filter((name) => name !== provider);
  const answering = others.filter(isAsked);
  const impaired = others.filter((name) => !isAsked(name));
  if (answering.length === 0) return `People get kept answers only: ${displayNames(others)} can’t be asked either.`;
  const missing = PROVIDERS[provider].missingWithout ?? (answering.length === 1 ? 'a second opinion' : undefined);
  const sources = listText(['the cache', ...answering.map((name) => PROVIDERS[name].displayName)]);
  const answers = `Answers come from ${sources}${missing === undefined ? '' : `, without ${missing}`}.`;
  return impaired.length === 0 ? answers : `${answers} ${displayNames(impaired)} can’t be asked either.`;
}

function failures(count: number): string {
  return count === 1 ? '1 failure' : `${count} failures`;
}

/** End of an isolation; without `minutes` it lasts until an operator releases the circuit. */
export interface IsolationEnd {
  id: string;
  text: string;
  minutes?: number;
}

export const ISOLATION_ENDS: readonly IsolationEnd[] = [
  { id: '15', text: '15\u00a0min', minutes: 15 },
  { id: '60', text: '1\u00a0h', minutes: 60 },
  { id: '480', text: '8\u00a0h', minutes: 480 },
  { id: 'release', text: 'Until I release it' },
];

export const DEFAULT_END = '60';

/** Returns the text of an end; the chosen one has its time. */
export function endText({ minutes, text }: IsolationEnd, chosen: boolean, now: number, timeZone: string): string {
  if (!chosen || minutes === undefined) return text;
  return `${text}, until ${untilTime(now + minutes * MINUTE_MS, now, timeZone)}`;
}
