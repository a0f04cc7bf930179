import type { IdentifyOptions, ProviderRequest } from '../../types.ts';

/** Two photos whose bytes only look like JPEGs: clients do not look into them. */
export function request(options: Partial<IdentifyOptions> = {}): ProviderRequest {
  return {
    photos: [Buffer.from('ffd8ffe000104a464946', 'hex'), Buffer.from('ffd8ffdb00', 'hex')],
    options: { includeDiseases: true, organs: [], ...options },
  };
}

/** A signal that is never aborted. */
export function unhurried(): AbortSignal {
  return new AbortController().signal;
}

/** Returns the reason with which a promise rejects. */
export async function errorOf(work: Promise<unknown>): Promise<unknown> {
  try {
    await work;
  } catch (error) {
    return error;
  }
  throw new Error('did not fail');
}
