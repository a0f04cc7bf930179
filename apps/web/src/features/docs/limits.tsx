import { bytesText, countText } from '@/lib/format/amounts.ts';
import { rateText } from '@/lib/format/time.ts';
import { TIER_NAMES, TIERS, type TierRates } from '@/lib/tiers.ts';
import styles from './docs.module.css';

/** The limits that this server has for the callers of its API. */
export interface ApiLimits {
  rates: TierRates & { anonymous: Rate; register: Rate; refresh: Rate; signIn: Rate };
  /** Credits a day of an account of tier free, and of all such accounts behind one address; 0: no share. */
  dailyCredits: { account: number; address: number };
  upload: { maxBytes: number; maxPhotos: number };
  /** Whether identifications need an account. */
  requiresAccount: boolean;
}

interface Rate {
  count: number;
  windowMs: number;
}

/** The limits of identifications by tier, then those of accounts and tokens. */
export function Limits({ dailyCredits, rates, requiresAccount, upload }: ApiLimits) {
  const { account, address } = dailyCredits;
  return (
    <>
      <table className={styles['table']}>
        <thead>
          <tr>
            <th scope="col">Counted</th>
            <th scope="col">Limit</th>
          </tr>
        </thead>
        <tbody>
          {requiresAccount ? null : (
            <Limit what="Identifications without an account, together" rate={rates.anonymous} />
          )}
          {TIERS.map((tier) => (
            <Limit key={tier} what={`Identifications of an account, tier ${TIER_NAMES[tier]}`} rate={rates[tier]} />
          ))}
          <Limit what="Wrong passwords for an account, from one address" rate={rates.signIn} />
          <Limit what="New accounts from one address" rate={rates.register} />
          <Limit what="Refreshes of one sign-in" rate={rates.refresh} />
        </tbody>
      </table>
      <p>
        A request has at most {upload.maxPhotos} {upload.maxPhotos === 1 ? 'photo' : 'photos'}, each of at most{' '}
        {bytesText(upload.maxBytes, 0)} ({countText(upload.maxBytes)} bytes).
      </p>
      {account === 0 && address === 0 ? null : (
        <p>
          An account of tier Free also has a share of the credits that the services sell:{' '}
          {account === 0 ? null : `${countText(account)} in 24 hours`}
          {account > 0 && address > 0 ? ', and ' : null}
          {address === 0 ? null : `${countText(address)} for all such accounts behind one address`}. An identification
          costs one credit, or two with diseases (<code>include_diseases</code>, on unless you send false). An answer
          that is known already costs none.
        </p>
      )}
    </>
  );
}

function Limit({ rate, what }: { rate: Rate; what: string }) {
  return (
    <tr>
      <td>{what}</td>
      <td>{rateText(rate.count, rate.windowMs)}</td>
    </tr>
  );
}
