import type { Outcome } from '../forms/form.ts';
import { departWith } from './departure.ts';
import { refusalOf } from './refusal.ts';
import { v1 } from './trpc.ts';
import { MANY_TRIES } from './words.ts';

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
