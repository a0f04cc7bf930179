import type { FormResult } from '../../lib/form.ts';
import { toFormFailure } from './account-api.ts';
import { v1 } from './account-client.ts';
import { leaveWith } from './departure.ts';
import { MANY_TRIES } from './sign-in-texts.ts';

const WORDS = { fields: [], wrong: {}, tooMany: MANY_TRIES };

/** Ends all sessions and tokens of the account, and leaves. */
export async function signOutEverywhere(): Promise<FormResult<never>> {
  try {
    await v1.account.signOutEverywhere.mutate({ confirm: true });
  } catch (error) {
    return toFormFailure<never>(error, WORDS);
  }
  await leaveWith('signed_out_everywhere');
  return 'leaving';
}
