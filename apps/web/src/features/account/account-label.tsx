import { rateText } from '@/lib/format/rates.ts';
import { TIER_NAMES } from '@/lib/tiers.ts';
import type { Me } from '@/lib/wire.ts';
import { Slip } from '@/ui/slip.tsx';
import styles from './account-label.module.css';
import { UsageMeter } from './usage-meter.tsx';

interface AccountLabelProps {
  me: Me;
  /** What the account's tier may do. */
  rate: { count: number; windowMs: number };
}

/** Whose account it is, and how much is left of what it may do. */
export function AccountLabel({ me, rate }: AccountLabelProps) {
  const { email, name, role, tier, usage } = me;
  return (
    <Slip className={styles['label']}>
      <p className={styles['name']} data-long={(name ?? email).length > 18 || undefined}>
        {name ?? <Address email={email} />}
      </p>
      {name === undefined ? null : (
        <p className={styles['email']}>
          <Address email={email} />
        </p>
      )}
      <dl className={styles['facts']}>
        <div>
          <dt>Tier</dt>
          <dd>
            <b>{TIER_NAMES[tier]}</b>, {rateText(rate.count, rate.windowMs, 'identifications')}
          </dd>
        </div>
        {role === 'admin' ? (
          <div>
            <dt>Role</dt>
            <dd>
              <b>Administrator</b>
            </dd>
          </div>
        ) : null}
      </dl>
      <UsageMeter usage={usage} />
      {usage.limit < rate.count ? (
        <p className={styles['fewer']}>Fewer than usual, since we have to be sparing with identifications just now.</p>
      ) : null}
    </Slip>
  );
}

/** Where a line has to end, it does so before the `@`. */
function Address({ email }: { email: string }) {
  const at = email.lastIndexOf('@');
  return (
    <>
      {email.slice(0, at)}
      <wbr />
      {email.slice(at)}
    </>
  );
}
