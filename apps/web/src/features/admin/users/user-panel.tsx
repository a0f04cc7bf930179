'use client';

import { useRouter } from 'next/navigation';
import { type ReactNode, useState } from 'react';
import { OAUTH_NAMES } from '@/features/account/sign-in.ts';
import { listText } from '@/lib/format/list.ts';
import { rateText } from '@/lib/format/time.ts';
import { TIER_NAMES, type TierRates } from '@/lib/tiers.ts';
import type { UserDetails } from '@/lib/wire.ts';
import { Button } from '@/ui/button.tsx';
import { ExactTime } from '@/ui/exact-time.tsx';
import { keysText, sessionsText, type UserChange } from './user-change.ts';
import { UserChangeDialog } from './user-change-dialog.tsx';
import styles from './user-panel.module.css';

interface UserPanelProps {
  user: UserDetails;
  rates: TierRates;
  viewer: { id: string; email: string };
}

/** What can be changed of an account: how it is now, and the button that changes it. */
export function UserPanel({ user, rates, viewer }: UserPanelProps) {
  const router = useRouter();
  const [change, setChange] = useState<UserChange>();
  const { disabled_at: disabledAt, role, tier } = user;
  const isAdmin = role === 'admin';
  const isDisabled = disabledAt !== undefined;
  return (
    <>
      <dl className={styles['panel']}>
        <Item
          name="Tier"
          button={
            <Button small onClick={() => setChange('setTier')}>
              Change tier…
            </Button>
          }
        >
          <b>{TIER_NAMES[tier]}</b>, {rateText(rates[tier].count, rates[tier].windowMs, 'identifications')}
        </Item>
        <Item
          name="Role"
          button={
            <Button small onClick={() => setChange(isAdmin ? 'removeAdmin' : 'makeAdmin')}>
              {isAdmin ? 'Take admin role away…' : 'Make admin…'}
            </Button>
          }
        >
          <b>{isAdmin ? 'Admin' : 'User'}</b>
          {isAdmin ? ', sees these pages' : null}
        </Item>
        <Item
          name="Access"
          button={
            <Button small onClick={() => setChange(isDisabled ? 'enable' : 'disable')}>
              {isDisabled ? 'Enable…' : 'Disable…'}
            </Button>
          }
        >
          {isDisabled ? (
            <>
              <b className={styles['disabled']}>Disabled</b> since <ExactTime at={disabledAt} />
            </>
          ) : (
            <>
              <b>Can sign in</b> with {waysText(user)}. {sessionsText(user.sessions) ?? 'No browser or app'} signed in
              now.{user.api_keys === 0 ? '' : ` ${keysText(user.api_keys)}.`}
            </>
          )}
        </Item>
        <Item
          name="Forgotten password"
          button={
            isDisabled ? null : (
              <Button small onClick={() => setChange('makeSignInLink')}>
                Make sign-in link…
              </Button>
            )
          }
        >
          <LinkState link={user.sign_in_link} isDisabled={isDisabled} />
        </Item>
      </dl>
      {change === undefined ? null : (
        <UserChangeDialog
          change={change}
          user={user}
          rates={rates}
          viewer={viewer}
          onDone={() => router.refresh()}
          onClose={() => setChange(undefined)}
        />
      )}
    </>
  );
}

function Item({ name, button, children }: { name: string; button: ReactNode; children: ReactNode }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
      {button === null ? null : <dd className={styles['button']}>{button}</dd>}
    </div>
  );
}

function LinkState({ link, isDisabled }: { link: UserDetails['sign_in_link']; isDisabled: boolean }) {
  if (isDisabled) return 'Enable the account first.';
  switch (link.state) {
    case 'none':
      return 'No sign-in link was made.';
    case 'used':
      return 'The last sign-in link was used.';
    case 'ended':
      return 'The last sign-in link ended unused.';
    case 'unused':
      return (
        <>
          <b>A sign-in link waits</b>
          {link.until === undefined ? null : (
            <>
              {' '}
              until <ExactTime at={link.until} />
            </>
          )}
        </>
      );
  }
}

/** Names the ways to sign in, such as "a password and GitHub". */
function waysText({ has_password: hasPassword, services }: UserDetails): string {
  const ways = [...(hasPassword ? ['a password'] : []), ...services.map((service) => OAUTH_NAMES[service])];
  return ways.length === 0 ? 'another service' : listText(ways);
}
