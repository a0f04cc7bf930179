import { PROVIDER_NAMES, type ProviderHealth, type ProviderName } from '@plantcommunity/identification';

/** The state in which an instance sees each circuit. */
export type CircuitStates = Readonly<Record<ProviderName, ProviderHealth['state']>>;

/** What an instance said last, and how long ago. */
export interface InstanceReport {
  ageMs: number;
  /** Undefined: words of another version that we do not know. */
  states: CircuitStates | undefined;
}

/** Of `known` instances `agree` see the circuits as this one does; both count this one. */
export interface Agreement {
  agree: number;
  known: number;
}

/** An instance that has said nothing for longer may see anything. */
const HEARD_MS = 15_000;

export function agreementOf(mine: CircuitStates, words: readonly InstanceReport[]): Agreement {
  const agree = words.filter(
    ({ ageMs, states: standing }) => ageMs <= HEARD_MS && standing !== undefined && isSame(mine, standing),
  );
  return { agree: agree.length, known: words.length };
}

export function isSame(one: CircuitStates, other: CircuitStates): boolean {
  return PROVIDER_NAMES.every((provider) => one[provider] === other[provider]);
}
