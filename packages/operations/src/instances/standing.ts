import { PROVIDERS, type ProviderHealth, type ProviderName } from '@plantcommunity/identification';

/** The state in which an instance sees each circuit. */
export type Standing = Readonly<Record<ProviderName, ProviderHealth['state']>>;

/** What an instance said last, and how long ago. */
export interface Word {
  ageMs: number;
  /** Undefined: words of another version that we do not know. */
  standing: Standing | undefined;
}

/** Of `known` instances `agree` see the circuits as this one does; both count this one. */
export interface Agreement {
  agree: number;
  known: number;
}

/** An instance that has said nothing for longer may see anything. */
const HEARD_MS = 15_000;

export function agreementOf(mine: Standing, words: readonly Word[]): Agreement {
  const agree = words.filter(
    ({ ageMs, standing }) => ageMs <= HEARD_MS && standing !== undefined && isSame(mine, standing),
  );
  return { agree: agree.length, known: words.length };
}

export function isSame(one: Standing, other: Standing): boolean {
  return PROVIDERS.every((provider) => one[provider] === other[provider]);
}
