import { bytesText, countText } from '@/lib/format/amounts.ts';
import { rateText } from '@/lib/format/time.ts';
import styles from './docs.module.css';
import { type CallerRates, limitsTable } from './limits-table.ts';

/** The limits that this server has for the callers of its API. */
export interface ApiLimits {
  rates: CallerRates;
  /** Credits a day of an account of tier free, and of all such accounts behind one address; 0: no share. */
  dailyCredits: { account: number; address: number };
  upload: { maxBytes: number; maxPhotos: number };
  /** Whether identifications need an account. */
  requiresAccount: boolean;
}

/** The table of limits, and what it does not say: the size of a request, and the daily share of credits. */
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
          {limitsTable(rates, requiresAccount).map(({ name, rate, what }) => (
            <tr key={name}>
              <td>{what}</td>
              <td>{rateText(rate.count, rate.windowMs)}</td>
            </tr>
          ))}
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
