import { z } from 'zod';
import { contractVersion, type ProviderDefinition, type RecallId } from '../../providers/definition.ts';
import type { ProviderAnswer, ProviderName, ProviderRequest } from '../../types.ts';

// A provider that the product does not have, in one folder like the real ones. Its name is the only cast.
const NAME: string = 'florafinder';

/** A provider of tests, and what it was asked. */
export interface ThirdProvider {
  readonly definition: ProviderDefinition;
  readonly calls: readonly ProviderRequest[];
  readonly recallIds: readonly (RecallId | undefined)[];
  /** Makes each call fail with `error`; undefined: calls succeed again. */
  failWith(error: Error | undefined): void;
}

/** Creates a third provider: it reads the project alone, costs three credits and can recall its answers. */
export function createThirdProvider(): ThirdProvider {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the type has the names of the real providers only
  const name = NAME as ProviderName;
  const calls: ProviderRequest[] = [];
  const recallIds: (RecallId | undefined)[] = [];
  let failure: Error | undefined;
  const answer: ProviderAnswer = {
    provider: name,
    isPlant: true,
    candidates: [
      { scientificName: 'Monstera deliciosa', commonNames: ['Ceriman'], family: 'Araceae', score: 0.6, images: [] },
      { scientificName: 'Monstera adansonii', commonNames: [], score: 0.4, images: [] },
    ],
  };
  const definition: ProviderDefinition = {
    name,
    displayName: 'FloraFinder',
    createClient: () => ({
      name,
      origin: 'https://florafinder.example',
      async identify(request, _signal, recallId) {
        calls.push(request);
        recallIds.push(recallId);
        if (failure !== undefined) throw failure;
        return answer;
      },
      usage: async () => ({ windows: {}, exhausted: false }),
    }),
    contractVersion: contractVersion({
      asked: 'photos',
      read: z.object({ species: z.array(z.string()) }),
      revision: 1,
    }),
    languages: new Set(['en']),
    cacheKeyOptions: ({ project = 'all' }) => ({ project }),
    credits: () => 3,
    poorBelowScore: 0.1,
    billsErrorAnswers: false,
    canRecall: true,
    quotaPeriod: 'day',
    warnAtShare: 0.5,
    imageHosts: [],
  };
  return {
    definition,
    calls,
    recallIds,
    failWith(error) {
      failure = error;
    },
  };
}
