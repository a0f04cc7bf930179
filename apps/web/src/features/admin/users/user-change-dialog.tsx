'use client';

import { useState } from 'react';
import { v1 } from '@/lib/api-client.ts';
import { tooManyRequestsHere } from '@/lib/form.ts';
import { problemOf } from '@/lib/problem.ts';
import { TIER_NAMES, TIERS, type TierRates } from '@/lib/tiers.ts';
import type { Tier, UserDetails } from '@/lib/wire.ts';
import { CopyField } from '@/ui/copy-field.tsx';
import { ExactTime } from '@/ui/exact-time.tsx';
import { ChoiceField } from '../dialog/choice-field.tsx';
import { ReasonDialog } from '../dialog/reason-dialog.tsx';
import { CHANGE_LABELS, changeConsequences, linkConsequences, type UserChange } from './user-change.ts';

/** A new link, as the server tells it once. */
interface MadeLink {
  url: string;
  expires_at: string;
}

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
  const send = async (reason: string) => {
    const result = await sendChange(change, { id: user.id, reason, tier });
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
function LinkField({ link }: { link: MadeLink }) {
  const end = (
    <>
      until <ExactTime at={link.expires_at} />
    </>
  );
  return <CopyField label="Link" note={end} value={link.url} />;
}

type ChangeResult = { link?: MadeLink } | { error: string };

/** Sends a change. `error` is a message for the operator who sent it. */
async function sendChange(
  change: UserChange,
  input: { id: string; reason: string; tier: Tier },
): Promise<ChangeResult> {
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
