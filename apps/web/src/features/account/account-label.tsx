import { rateText } from '@/lib/format/time.ts';
import { TIER_NAMES } from '@/lib/tiers.ts';
import type { Me } from '@/lib/wire.ts';
import { Slip } from '@/ui/slip.tsx';
import styles from './account-label.module.css';
import { UsageMeter } from './usage-meter.tsx';

interface AccountLabelProps {
  me: Me;
  /** Rate limit of the account's tier. */
  rate: { count: number; windowMs: number };
}

/** Label with the name, the tier and the usage of an account. */
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

/** Allows a line break before the `@`. */
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
