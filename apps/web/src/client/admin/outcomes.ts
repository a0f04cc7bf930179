import type { ProviderCircuit } from '../../lib/wire.ts';

type Outcomes = ProviderCircuit['outcomes'];

/** Some of the questions to a provider, and how to speak of them. */
export interface OutcomePart {
  name: keyof Outcomes;
  word: string;
  count: number;
}

/** As they stand in the bar: what was sent, what was not, what needed no call. */
const WORDS: readonly (readonly [name: keyof Outcomes, word: string])[] = [
  ['success', 'success'],
  ['failure', 'failure'],
  ['timeout', 'timeout'],
  ['refused', 'refused, open'],
  ['isolated', 'isolated'],
  ['held_back', 'no credits, key or room'],
  ['cached', 'cache hit'],
  ['stale', 'stale'],
];

/** What is rare is told only when it happened. */
const RARE: keyof Outcomes = 'held_back';

/** What became of the questions of the last hour. */
export function outcomeParts({ outcomes }: Pick<ProviderCircuit, 'outcomes'>): OutcomePart[] {
  return WORDS.map(([name, word]) => ({ name, word, count: outcomes[name] })).filter(
    ({ count, name }) => name !== RARE || count > 0,
  );
}
