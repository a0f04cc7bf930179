'use client';

import Link from 'next/link';
import { useRouter } from 'next/navigation';
import { useEffect, useState, useSyncExternalStore } from 'react';
import { noAnswer, tooManyRequestsHere } from '@/lib/form.ts';
import { problemOf } from '@/lib/problem.ts';
import { trpc } from '@/lib/trpc.tsx';
import { useForm } from '@/lib/use-form.ts';
import { Button, ButtonLink } from '@/ui/button.tsx';
import { PasswordField } from '@/ui/field.tsx';
import form from '@/ui/form.module.css';
import { FormErrorText, SubmitButton } from '@/ui/form.tsx';
import { Notice } from '@/ui/notice.tsx';
import { toFormFailure } from './account-api.ts';
import { PASSWORD_RULE, passwordError } from './account-rules.ts';
import { MANY_TRIES, signInWith } from './sign-in.ts';

/** What is known of the link: nothing yet, its account, that it cannot be used, or why it could not be looked at. */
type LinkState =
  | { type: 'checking' }
  | { type: 'good'; email: string }
  | { type: 'bad' }
  | { type: 'failed'; message: string };

/** Asks for the new password to which the link of this page leads. */
export function SignInLink() {
  const token = useToken();
  return token === undefined ? <Checking /> : <OpenedLink key={token} token={token} />;
}

function Checking() {
  return <output>We are looking at your link …</output>;
}

/** Looks at a link, without using it, and shows what to do with it. */
function OpenedLink({ token }: { token: string }) {
  const [state, setState] = useState<LinkState>({ type: 'checking' });
  const { mutateAsync: open } = trpc.v1.signInLink.open.useMutation();
  useEffect(() => {
    let isCurrent = true;
    const look = async () => {
      const next = await linkStateOf(token, open);
      if (isCurrent) setState(next);
    };
    void look();
    return () => {
      isCurrent = false;
    };
  }, [token, open]);

  const lookAgain = async () => {
    setState({ type: 'checking' });
    setState(await linkStateOf(token, open));
  };

  switch (state.type) {
    case 'checking':
      return <Checking />;
    case 'bad':
      return <BadLink />;
    case 'failed':
      return (
        <div className={form['form']}>
          <p role="alert" className={form['error']}>
            {state.message}
          </p>
          <div>
            <Button onClick={() => void lookAgain()}>Try again</Button>
          </div>
        </div>
      );
    case 'good':
      return <NewPasswordForm token={token} email={state.email} onBadLink={() => setState({ type: 'bad' })} />;
  }
}

function BadLink() {
  return (
    <div className={form['form']}>
      <Notice tone="refused">This link can’t be used any more.</Notice>
      <p>
        It works once and for an hour, and a newer link replaces it. Please ask the person who gave it to you for
        another one.
      </p>
      <div>
        <ButtonLink href="/login">Sign in with your password</ButtonLink>
      </div>
    </div>
  );
}

const FIELDS = ['password'] as const;
const TEXTS = { fields: FIELDS, invalid: { password: PASSWORD_RULE }, tooMany: MANY_TRIES };

interface NewPasswordFormProps {
  token: string;
  email: string;
  onBadLink: () => void;
}

/** Sets the new password, and signs in with it. */
function NewPasswordForm({ token, email, onBadLink }: NewPasswordFormProps) {
  const router = useRouter();
  const { mutateAsync: setPassword } = trpc.v1.signInLink.use.useMutation();
  const { busy, errors, error, endWait, formProps } = useForm({
    fields: FIELDS,
    check: ({ password }) => ({ password: passwordError(password) }),
    async send({ password }) {
      try {
        await setPassword({ token, password });
      } catch (cause) {
        if (isBadLink(cause)) {
          onBadLink();
          return 'leaving';
        }
        return toFormFailure(cause, TEXTS);
      }
      if ((await signInWith(email, password)) === undefined) {
        router.replace('/identify');
        router.refresh();
      } else {
        // The password is set; the sign-in page takes it.
        router.replace('/login');
      }
      return 'leaving';
    },
  });
  return (
    <form className={form['form']} {...formProps}>
      <p>
        Choose a new password for <b>{email}</b>. Other devices and apps are signed out.
      </p>
      {/* Tells password managers the account. */}
      <input hidden readOnly name="username" autoComplete="username" value={email} />
      <PasswordField
        label="New password"
        name="password"
        autoComplete="new-password"
        hint={PASSWORD_RULE}
        error={errors.password}
      />
      <FormErrorText error={error} />
      <SubmitButton
        main
        wide
        label="Set password and sign in"
        busyLabel="Setting your password"
        busy={busy}
        until={error?.until}
        onWaitOver={endWait}
      />
      <p>
        <Link href="/login">I remember my password</Link>
      </p>
    </form>
  );
}

const subscribe = (onChange: () => void) => {
  window.addEventListener('hashchange', onChange);
  return () => window.removeEventListener('hashchange', onChange);
};

/** Returns the token in the fragment of the address, which browsers send to no server; undefined until hydration. */
function useToken(): string | undefined {
  return useSyncExternalStore(
    subscribe,
    () => location.hash.slice(1),
    () => undefined,
  );
}

const DEFAULT_RETRY_SECONDS = 60;

/** Looks at a link with `open`, the procedure for that. */
async function linkStateOf(
  token: string,
  open: (input: { token: string }) => Promise<{ email: string }>,
): Promise<LinkState> {
  if (token === '') return { type: 'bad' };
  try {
    const { email } = await open({ token });
    return { type: 'good', email };
  } catch (error) {
    if (isBadLink(error)) return { type: 'bad' };
    const problem = problemOf(error);
    const retryAfter = problem?.retryAfter ?? DEFAULT_RETRY_SECONDS;
    return {
      type: 'failed',
      message: (problem?.status === 429 ? tooManyRequestsHere(MANY_TRIES, retryAfter) : noAnswer()).message,
    };
  }
}

/** Whether the server refused the token, and not the password or the request. */
function isBadLink(error: unknown): boolean {
  return problemOf(error)?.errors?.some(({ pointer }) => pointer === '#/token') === true;
}
