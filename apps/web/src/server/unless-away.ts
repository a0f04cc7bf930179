import { isDatabaseUnavailable } from '@plantcommunity/auth';

/** The result of `work`, or `away` when the database is away: a page is shown without what it would have said. */
export async function unlessAway<T>(work: () => Promise<T>): Promise<T | 'away'> {
  try {
    return await work();
  } catch (error) {
    if (isDatabaseUnavailable(error)) return 'away';
    throw error;
  }
}
