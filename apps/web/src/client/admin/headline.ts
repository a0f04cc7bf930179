import { otherProvider, PROVIDER_NAMES, PROVIDERS } from '../../lib/providers.ts';
import type { CircuitState, CircuitsOverview } from '../../lib/wire.ts';

/** What is the matter with a provider that is not simply asked; with one, with both. */
const MATTER: Readonly<Record<Exclude<CircuitState, 'closed'>, { one: string; both: string }>> = {
  open: { one: 'is open', both: 'are open' },
  half_open: { one: 'is being tried again', both: 'are being tried again' },
  isolated: { one: 'is isolated', both: 'are isolated' },
  off: { one: 'is off', both: 'are off' },
  misconfigured: { one: 'refuses our key', both: 'refuse our keys' },
};

/** What tells a tired person what is wrong, in a few words. */
export function headline({ circuits, shared }: Pick<CircuitsOverview, 'circuits' | 'shared'>): string {
  const sentences = shared ? [] : ['Redis is down.'];
  const ill = PROVIDERS.flatMap((provider) => {
    const { state } = circuits[provider];
    return state === 'closed' ? [] : [{ provider, state }];
  });
  const [first, second] = ill;
  if (first === undefined) sentences.push('Both services answer.');
  else if (first.state === second?.state) {
    sentences.push(
      `${PROVIDER_NAMES[first.provider]} and ${PROVIDER_NAMES[second.provider]} ${MATTER[first.state].both}.`,
    );
  } else sentences.push(...ill.map(({ provider, state }) => `${PROVIDER_NAMES[provider]} ${MATTER[state].one}.`));

  const nobody = ill.length === PROVIDERS.length && ill.every(({ state }) => state !== 'half_open');
  if (nobody) sentences.push('Only kept answers are given.');
  if (first !== undefined && second === undefined) {
    sentences.push(
      `${PROVIDER_NAMES[otherProvider(first.provider)]} answers${first.state === 'half_open' ? '' : ' alone'}.`,
    );
  }
  return sentences.join(' ');
}
