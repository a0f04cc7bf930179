import { isDatabaseUnavailable } from '@plantcommunity/auth';

/** Returns the result of `work`, or `away` while the database is unavailable: pages then leave that part out. */
export async function unlessAway<T>(work: () => Promise<T>): Promise<T | 'away'> {
  try {
    return await work();
  } catch (error) {
    if (isDatabaseUnavailable(error)) return 'away';
    throw error;
  }
}
