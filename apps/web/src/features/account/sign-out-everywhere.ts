import type { Outcome } from '../../lib/form.ts';
import { refusalOf } from './account-api.ts';
import { v1 } from './account-client.ts';
import { departWith } from './departure.ts';
import { MANY_TRIES } from './sign-in-texts.ts';

const WORDS = { fields: [], wrong: {}, tooMany: MANY_TRIES };

/** Ends all sessions and tokens of the account, and leaves. */
export async function signOutEverywhere(): Promise<Outcome<never>> {
  try {
    await v1.account.signOutEverywhere.mutate({ confirm: true });
  } catch (error) {
    return refusalOf<never>(error, WORDS);
  }
  await departWith('signed_out_everywhere');
  return 'leaving';
}
