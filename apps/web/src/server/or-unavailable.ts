import { isDatabaseUnavailable } from '@plantcommunity/auth';

/** Returns the result of `work`, or `unavailable` while the database is unavailable: pages then leave that part out. */
export async function orUnavailable<T>(work: () => Promise<T>): Promise<T | 'unavailable'> {
  try {
    return await work();
  } catch (error) {
    if (isDatabaseUnavailable(error)) return 'unavailable';
    throw error;
  }
}
