'use client';

import { v1 } from '@/lib/api-client.ts';
import type { FormResult } from '@/lib/form.ts';
import { useForm } from '@/lib/use-form.ts';
import form from '@/ui/form.module.css';
import { FormErrorText, SubmitButton } from '@/ui/form.tsx';
import { toFormFailure } from './account-api.ts';
import { MANY_TRIES } from './sign-in.ts';
import { leaveWith } from './sign-out-notice.tsx';

/** Form that ends all sessions, including this one. */
export function SignOutEverywhere() {
  const { busy, error, endWait, formProps } = useForm<never>({
    fields: [],
    check: () => ({}),
    send: signOutEverywhere,
  });
  return (
    <form className={form['form']} {...formProps}>
      <p>Signs out every browser and every app at once, this one too. API keys go on working; nothing is deleted.</p>
      <FormErrorText error={error} />
      <div>
        <SubmitButton
          label="Sign out everywhere"
          busyLabel="Signing out everywhere"
          busy={busy}
          until={error?.until}
          onWaitOver={endWait}
        />
      </div>
    </form>
  );
}

const TEXTS = { fields: [], invalid: {}, tooMany: MANY_TRIES };

/** Ends all sessions and tokens of the account, and leaves the page. */
async function signOutEverywhere(): Promise<FormResult<never>> {
  try {
    await v1.account.signOutEverywhere.mutate({ confirm: true });
  } catch (error) {
    return toFormFailure<never>(error, TEXTS);
  }
  await leaveWith('signed_out_everywhere');
  return 'leaving';
}
