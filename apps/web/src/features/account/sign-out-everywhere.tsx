'use client';

import { trpc } from '@/lib/trpc.tsx';
import { useForm } from '@/lib/use-form.ts';
import form from '@/ui/form.module.css';
import { FormErrorText, SubmitButton } from '@/ui/form.tsx';
import { toFormFailure } from './account-api.ts';
import { MANY_TRIES } from './sign-in.ts';
import { leaveWith } from './sign-out-notice.tsx';

/** Form that ends all sessions, including this one. */
export function SignOutEverywhere() {
  const { mutateAsync: signOut } = trpc.v1.account.signOutEverywhere.useMutation();
  const { busy, error, endWait, formProps } = useForm<never>({
    fields: [],
    check: () => ({}),
    async send() {
      try {
        await signOut({ confirm: true });
      } catch (cause) {
        return toFormFailure<never>(cause, TEXTS);
      }
      await leaveWith('signed_out_everywhere');
      return 'leaving';
    },
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
