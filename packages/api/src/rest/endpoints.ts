import { authEndpoints } from './endpoints/auth.ts';
import { identificationEndpoints } from './endpoints/plant-identification.ts';
import { createMatcher } from './match.ts';
import type { Endpoint } from './registry.ts';

/** Every operation under `/api/v1`; legacy is the same list without `/v1`. */
export const endpoints: readonly Endpoint[] = [...identificationEndpoints, ...authEndpoints];

/** Finds the endpoints at a path, in v1 or legacy. */
export const matchEndpoints = createMatcher(endpoints);
