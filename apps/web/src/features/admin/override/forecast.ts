import { countedText, countText } from '../../../lib/format/amounts.ts';
import { PROVIDER_NAMES, PROVIDERS } from '../../../lib/providers.ts';
import type { Overview } from '../../../lib/wire.ts';
import { totalsOf } from '../hour/last-hour.ts';
import { canAnswer, providerState } from '../state/provider-state.ts';
import type { Override } from './override.ts';

/** What an override would change in an hour like the last one. */
export interface Forecast {
  /** People whose answer changes. */
  people: number;
  /** Opinions that they get afterwards, beside kept answers. */
  opinions: 'none' | 'one' | 'several';
  /** Dollars that calls no longer cost, or cost again; absent for a free provider. */
  dollars?: number;
}

/** Predicts the effect of an override; undefined when it changes nothing for people. */
export function forecastOf({ provider, type }: Override, overview: Overview): Forecast | undefined {
  const { notSent, outcomes, sent } = totalsOf(overview.minutes[provider]);
  const isAsked = canAnswer(providerState(provider, overview));
  if (type === 'reset' && isAsked) return undefined;
  const others = PROVIDER_NAMES.filter((name) => name !== provider && canAnswer(providerState(name, overview))).length;
  // Isolating takes the answers of those who got one; releasing brings answers to all who ask.
  const people = type === 'isolate' ? outcomes.success : sent + notSent;
  const opinions = others + (type === 'isolate' ? 0 : 1);
  const { credit_cost: creditCost, usual_credits: usualCredits } = overview.cache;
  const cost = PROVIDERS[provider].isPaid ? usualCredits * creditCost : undefined;
  return {
    people,
    opinions: opinions === 0 ? 'none' : opinions === 1 ? 'one' : 'several',
    ...(cost !== undefined && people > 0 && { dollars: people * cost }),
  };
}

const OPINIONS = {
  none: 'no new answer',
  one: 'one opinion',
  several: 'a second opinion again',
} as const;

/** Describes a forecast, for the dialog that confirms the override. */
export function forecastText(override: Override, overview: Overview): string[] {
  const forecast = forecastOf(override, overview);
  if (forecast === undefined) return [];
  const { dollars, opinions, people } = forecast;
  if (people === 0) return ['Going by the last hour, it changes nothing for people.'];
  const isIsolation = override.type === 'isolate';
  const what = isIsolation || opinions === 'several' ? OPINIONS[opinions] : 'an answer again';
  const only = isIsolation && opinions === 'one' ? ' only' : '';
  const sentences = [`Going by the last hour, ${peopleText(people)} will get ${what}${only}.`];
  if (dollars !== undefined) sentences.push(`That ${isIsolation ? 'saves' : 'costs'} ${dollarsText(dollars)} an hour.`);
  return sentences;
}

/** Rounded: it is a forecast. */
function peopleText(people: number): string {
  if (people < 10) return `${countedText(people, 'person', 'people')} an hour`;
  const step = people < 100 ? 5 : people < 1_000 ? 10 : 100;
  return `about ${countText(Math.round(people / step) * step)} people an hour`;
}

function dollarsText(dollars: number): string {
  return dollars < 0.1 ? 'less than $0.10' : `about $${dollars.toFixed(dollars < 10 ? 2 : 0)}`;
}
