import { rateText } from '../../../lib/format/time.ts';
import { TIER_NAMES, type TierRates } from '../../../lib/tiers.ts';
import type { Tier, UserDetails } from '../../../lib/wire.ts';
import type { ActionTone } from '../../../ui/tone.ts';

/** A change of an account that an admin can make. */
export type UserChange = 'setTier' | 'makeAdmin' | 'removeAdmin' | 'disable' | 'enable' | 'makeSignInLink';

/** The label of each change: as a command, while it runs, and the tone of its dialog. */
export const CHANGE_LABELS: Readonly<Record<UserChange, { command: string; progress: string; tone: ActionTone }>> = {
  setTier: { command: 'Change tier', progress: 'Changing tier', tone: 'leaf' },
  makeAdmin: { command: 'Make admin', progress: 'Making admin', tone: 'isolated' },
  removeAdmin: { command: 'Take admin role away', progress: 'Taking admin role away', tone: 'isolated' },
  disable: { command: 'Disable account', progress: 'Disabling account', tone: 'open' },
  enable: { command: 'Enable account', progress: 'Enabling account', tone: 'leaf' },
  makeSignInLink: { command: 'Make sign-in link', progress: 'Making sign-in link', tone: 'leaf' },
};

interface ChangeContext {
  user: UserDetails;
  /** The account is that of the admin who makes the change. */
  isViewer: boolean;
  /** The chosen tier. */
  tier: Tier;
  rates: TierRates;
}

/** Describes what a change will do, for the dialog that confirms it. */
export function changeConsequences(change: UserChange, { isViewer, rates, tier, user }: ChangeContext): string[] {
  const { api_keys: apiKeys, email, identifications, sign_in_link: link } = user;
  const signedIn = sessionsText(user.sessions);
  switch (change) {
    case 'setTier':
      return [
        tier === user.tier
          ? `${email} has tier ${TIER_NAMES[tier]} now. Please choose another one.`
          : `${email} may ask for ${rateOf(rates, tier)}; now it is ${rateOf(rates, user.tier)}.`,
        'It applies from the next request on. What was counted already stays counted.',
        ...(tier === 'free' && user.tier !== 'free' ? ['A daily share of credits applies, too.'] : []),
      ];
    case 'makeAdmin':
      return [
        `${email} can isolate providers, and change every account, yours included.`,
        'It applies at once, in every browser and app.',
      ];
    case 'removeAdmin':
      return [
        `${email} no longer sees the pages for operators. Open ones close.`,
        ...(isViewer ? ['This is your own account: you leave these pages at once.'] : []),
      ];
    case 'disable':
      return [
        signedIn === undefined
          ? `${email} can’t sign in any more.`
          : `${email} is signed out at once (${signedIn}), and can’t sign in any more.`,
        ...(apiKeys === 0 ? [] : [`${keysText(apiKeys)} ${apiKeys === 1 ? 'stops' : 'stop'} working.`]),
        ...(link.state === 'unused' ? ['The unused sign-in link ends.'] : []),
        `Nothing is deleted${identifications === 0 ? '' : `: ${countOf(identifications, 'identification')} stay`}.`,
        ...(isViewer ? ['This is your own account: another admin has to enable it again.'] : []),
      ];
    case 'enable':
      return [`${email} can sign in again, as before.`, 'Sign-ins, API keys and links that were ended stay ended.'];
    case 'makeSignInLink':
      return [
        `The link leads to a new password for ${email}, once, within an hour.`,
        'Give it to that person only: with it, anyone can take the account over.',
        ...(user.has_password ? [] : ['The account has no password so far; the link gives it one.']),
        ...(link.state === 'unused' ? ['The unused link from before ends.'] : []),
        'Nothing else changes until it is used. Then every browser and app is signed out.',
        ...(apiKeys === 0 ? [] : [`${keysText(apiKeys)} ${apiKeys === 1 ? 'goes' : 'go'} on working.`]),
      ];
  }
}

/** Describes a new sign-in link, for the dialog that shows it. */
export function linkConsequences(email: string): string[] {
  return [
    `It is for ${email} alone, and works once.`,
    'It is shown only here and now. If it gets lost, make another one.',
  ];
}

function rateOf(rates: TierRates, tier: Tier): string {
  return rateText(rates[tier].count, rates[tier].windowMs, 'identifications');
}

/** Formats the sign-ins of an account as "2 browsers, 1 app"; undefined for none. */
export function sessionsText({ apps, browsers }: UserDetails['sessions']): string | undefined {
  const counted = [
    ...(browsers === 0 ? [] : [countOf(browsers, 'browser')]),
    ...(apps === 0 ? [] : [countOf(apps, 'app')]),
  ];
  return counted.length === 0 ? undefined : counted.join(', ');
}

/** Formats the number of API keys as "1 API key". */
export function keysText(count: number): string {
  return countOf(count, 'API key');
}

function countOf(count: number, noun: string): string {
  return `${count.toLocaleString('en-GB')} ${count === 1 ? noun : `${noun}s`}`;
}
