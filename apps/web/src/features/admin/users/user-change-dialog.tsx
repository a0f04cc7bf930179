'use client';

import { Check } from 'lucide-react';
import { type FormEvent, useRef, useState } from 'react';
import { v1 } from '@/lib/api-client.ts';
import { tooManyRequestsHere } from '@/lib/form.ts';
import { problemOf } from '@/lib/problem.ts';
import { TIER_NAMES, TIERS, type TierRates } from '@/lib/tiers.ts';
import type { Tier, UserDetails } from '@/lib/wire.ts';
import { Button } from '@/ui/button.tsx';
import { ConfirmDialog } from '@/ui/confirm-dialog.tsx';
import { FormErrorText } from '@/ui/form.tsx';
import hidden from '@/ui/visually-hidden.module.css';
import { reasonError } from '../override/override.ts';
import styles from '../override/override-dialog.module.css';
import { ReasonField } from '../override/reason-field.tsx';
import { type MadeLink, SignInLinkField } from './sign-in-link-field.tsx';
import { CHANGE_LABELS, changeConsequences, linkConsequences, type UserChange } from './user-change.ts';

interface UserChangeDialogProps {
  change: UserChange;
  user: UserDetails;
  rates: TierRates;
  /** The admin who is signed in; the change is recorded under the address. */
  viewer: { id: string; email: string };
  /** Called once the account was changed. */
  onDone: () => void;
  /** Called once the dialog is closed and focus has returned. */
  onClose: () => void;
}

/**
 * Confirms a change of an account: shows what it does, asks for the reason, and names the operator. A new sign-in link
 * takes the place of the question.
 */
export function UserChangeDialog({ change, user, rates, viewer, onDone, onClose }: UserChangeDialogProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const field = useRef<HTMLTextAreaElement>(null);
  const [reason, setReason] = useState('');
  const [tier, setTier] = useState(user.tier);
  const [reasonInvalid, setReasonInvalid] = useState<string>();
  const [refusal, setRefusal] = useState<string>();
  const [busy, setBusy] = useState(false);
  const [link, setLink] = useState<MadeLink>();

  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (busy) return;
    const invalid = reasonError(reason);
    setReasonInvalid(invalid);
    setRefusal(undefined);
    if (change === 'setTier' && tier === user.tier) return setRefusal(SAME_TIER);
    if (invalid !== undefined) return field.current?.focus();
    setBusy(true);
    const result = await send(change, { id: user.id, reason: reason.trim(), tier });
    setBusy(false);
    if ('error' in result) return setRefusal(result.error);
    onDone();
    if (result.link === undefined) dialog.current?.close();
    else setLink(result.link);
  };

  const { command, progress, state } = CHANGE_LABELS[change];
  if (link !== undefined) {
    return (
      <ConfirmDialog
        ref={dialog}
        state={state}
        title="Sign-in link"
        consequences={linkConsequences(user.email)}
        form={{ method: 'dialog' }}
        busy={false}
        foot={
          <Button type="submit" state="leaf">
            Done
          </Button>
        }
        onClose={onClose}
      >
        <SignInLinkField link={link} />
      </ConfirmDialog>
    );
  }
  return (
    <ConfirmDialog
      ref={dialog}
      state={state}
      title={command}
      consequences={changeConsequences(change, { user, isViewer: user.id === viewer.id, tier, rates })}
      form={{ method: 'dialog', onSubmit: (event) => void submit(event) }}
      busy={busy}
      foot={
        <>
          <p>As {viewer.email}</p>
          <Button disabled={busy} onClick={() => dialog.current?.close()}>
            Cancel
          </Button>
          <Button type="submit" state={state === 'closed' ? 'leaf' : state} busy={busy}>
            {busy ? progress : command}
          </Button>
        </>
      }
      onClose={onClose}
    >
      {change === 'setTier' ? <TierChoice chosen={tier} onChoose={setTier} /> : null}
      <ReasonField
        ref={field}
        value={reason}
        error={reasonInvalid}
        onChange={(next) => {
          setReason(next);
          // An error disappears once the reason is valid.
          if (reasonInvalid !== undefined) setReasonInvalid(reasonError(next));
        }}
      />
      <FormErrorText error={refusal === undefined ? undefined : { message: refusal }} />
    </ConfirmDialog>
  );
}

/** Choice of a tier. */
function TierChoice({ chosen, onChoose }: { chosen: Tier; onChoose: (tier: Tier) => void }) {
  return (
    <fieldset className={styles['ends']}>
      <legend>Tier</legend>
      <div>
        {TIERS.map((tier) => (
          <label key={tier} className={styles['end']}>
            <input
              type="radio"
              name="tier"
              className={hidden['hidden']}
              checked={tier === chosen}
              onChange={() => onChoose(tier)}
            />
            {tier === chosen ? <Check size={16} strokeWidth={1.8} aria-hidden="true" /> : null}
            {TIER_NAMES[tier]}
          </label>
        ))}
      </div>
    </fieldset>
  );
}

const SAME_TIER = 'The account has this tier already. Please choose another one.';
const NO_ANSWER = 'No answer came. Look at the account before you try again: it may have been changed.';
const GONE = 'The account is not there any more, or you are no admin any more. Please load the page again.';
const MANY_LINKS = 'You made many links in a short time.';
const DEFAULT_RETRY_SECONDS = 60;

type ChangeResult = { link?: MadeLink } | { error: string };

/** Sends a change. `error` is a message for the operator who sent it. */
async function send(change: UserChange, input: { id: string; reason: string; tier: Tier }): Promise<ChangeResult> {
  const { tier, ...about } = input;
  const { users } = v1.admin;
  try {
    switch (change) {
      case 'setTier':
        await users.setTier.mutate({ ...about, tier });
        return {};
      case 'makeAdmin':
        await users.setRole.mutate({ ...about, role: 'admin' });
        return {};
      case 'removeAdmin':
        await users.setRole.mutate({ ...about, role: 'user' });
        return {};
      case 'disable':
        await users.disable.mutate(about);
        return {};
      case 'enable':
        await users.enable.mutate(about);
        return {};
      case 'makeSignInLink':
        return { link: await users.makeSignInLink.mutate(about) };
    }
  } catch (error) {
    return { error: messageOf(error) };
  }
}

function messageOf(error: unknown): string {
  const problem = problemOf(error);
  switch (problem?.status) {
    case 400:
      return problem.detail;
    case 404:
      return GONE;
    case 429:
      return tooManyRequestsHere(MANY_LINKS, problem.retryAfter ?? DEFAULT_RETRY_SECONDS).message;
    default:
      return NO_ANSWER;
  }
}
