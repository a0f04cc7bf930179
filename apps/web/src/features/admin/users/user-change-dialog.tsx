'use client';

import { useState } from 'react';
import { tooManyRequestsHere } from '@/lib/form.ts';
import { problemOf } from '@/lib/problem.ts';
import { TIER_NAMES, TIERS, type TierRates } from '@/lib/tiers.ts';
import { trpc } from '@/lib/trpc.tsx';
import type { MadeSignInLink, Tier, UserDetails } from '@/lib/wire.ts';
import { CopyField } from '@/ui/copy-field.tsx';
import { ExactTime } from '@/ui/exact-time.tsx';
import { ChoiceField } from '../dialog/choice-field.tsx';
import { ReasonDialog } from '../dialog/reason-dialog.tsx';
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
  const [tier, setTier] = useState(user.tier);
  const sendChange = useUserChange(change);
  const send = async (reason: string) => {
    const result = await sendChange({ id: user.id, reason, tier });
    if ('error' in result) return result;
    onDone();
    if (result.link === undefined) return {};
    const content = <LinkField link={result.link} />;
    return { shown: { title: 'Sign-in link', consequences: linkConsequences(user.email), content } };
  };

  const { command, progress, tone } = CHANGE_LABELS[change];
  const isSameTier = change === 'setTier' && tier === user.tier;
  return (
    <ReasonDialog
      tone={tone}
      title={command}
      consequences={changeConsequences(change, { user, isViewer: user.id === viewer.id, tier, rates })}
      label={{ command, progress }}
      email={viewer.email}
      send={send}
      fieldsError={isSameTier ? SAME_TIER : undefined}
      onClose={onClose}
    >
      {change === 'setTier' ? (
        <ChoiceField
          legend="Tier"
          name="tier"
          options={TIERS.map((id) => ({ id, text: TIER_NAMES[id] }))}
          chosen={tier}
          onChoose={setTier}
        />
      ) : null}
    </ReasonDialog>
  );
}

const SAME_TIER = 'The account has this tier already. Please choose another one.';
const NO_ANSWER = 'No answer came. Look at the account before you try again: it may have been changed.';
const GONE = 'The account is not there any more, or you are no admin any more. Please load the page again.';
const MANY_LINKS = 'You made many links in a short time.';
const DEFAULT_RETRY_SECONDS = 60;

/** A new sign-in link, to copy now. */
function LinkField({ link }: { link: MadeSignInLink }) {
  const end = (
    <>
      until <ExactTime at={link.expires_at} />
    </>
  );
  return <CopyField label="Link" note={end} value={link.url} />;
}

type ChangeResult = { link?: MadeSignInLink } | { error: string };

/** Returns a function that sends a change. `error` is a message for the operator who sent it. */
function useUserChange(change: UserChange) {
  const { users } = trpc.v1.admin;
  const { mutateAsync: setTier } = users.setTier.useMutation();
  const { mutateAsync: setRole } = users.setRole.useMutation();
  const { mutateAsync: disable } = users.disable.useMutation();
  const { mutateAsync: enable } = users.enable.useMutation();
  const { mutateAsync: makeSignInLink } = users.makeSignInLink.useMutation();
  return async ({ tier, ...about }: { id: string; reason: string; tier: Tier }): Promise<ChangeResult> => {
    try {
      switch (change) {
        case 'setTier':
          await setTier({ ...about, tier });
          return {};
        case 'makeAdmin':
          await setRole({ ...about, role: 'admin' });
          return {};
        case 'removeAdmin':
          await setRole({ ...about, role: 'user' });
          return {};
        case 'disable':
          await disable(about);
          return {};
        case 'enable':
          await enable(about);
          return {};
        case 'makeSignInLink':
          return { link: await makeSignInLink(about) };
      }
    } catch (error) {
      return { error: messageOf(error) };
    }
  };
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
