import type { AlertFacts, ProviderFacts } from '../facts.ts';

/** Noon of a day, in milliseconds since 1970. */
export const NOON = Date.UTC(2026, 2, 1, 12);

const well: ProviderFacts = { isAnswering: true, quotaUse: 0.1, warnAtShare: 0.8 };

/** Creates facts at noon with which all is well, except for the given ones. */
export function factsOf(
  different: Partial<AlertFacts> & { plantId?: Partial<ProviderFacts>; plantnet?: Partial<ProviderFacts> } = {},
): AlertFacts {
  const { plantId, plantnet, ...rest } = different;
  return {
    at: NOON,
    providers: {
      plant_id: { ...well, ...plantId },
      plantnet: { ...well, warnAtShare: 0.9, ...plantnet },
    },
    answers: { answered: 100, retry: 0 },
    responses: { sent: 1_000, serverErrors: 0 },
    redis: {},
    jobs: [{ name: 'report-quota-use', failures: 0 }],
    ...rest,
  };
}
