import { type ApiErrorCode, ERROR_STATUS } from '@plantcommunity/api';
import styles from './docs.module.css';
import { ERROR_CODES, REMEDIES } from './error-codes.ts';

const isCode = (key: string): key is ApiErrorCode => key in ERROR_STATUS;
const codes = Object.keys(ERROR_CODES)
  .filter(isCode)
  .toSorted((a, b) => ERROR_STATUS[a] - ERROR_STATUS[b]);

/** Every code of an error, by what a client does about it. */
export function ErrorsTable() {
  return (
    <table className={styles['table']}>
      <thead>
        <tr>
          <th scope="col">Status</th>
          <th scope="col">Code</th>
          <th scope="col">Meaning</th>
        </tr>
      </thead>
      {Object.entries(REMEDIES).map(([remedy, heading]) => (
        <tbody key={remedy}>
          <tr>
            <th scope="rowgroup" colSpan={3}>
              {heading}
            </th>
          </tr>
          {codes
            .filter((code) => ERROR_CODES[code].remedy === remedy)
            .map((code) => (
              <tr key={code}>
                <td data-figure>{ERROR_STATUS[code]}</td>
                <td>
                  <code>{code}</code>
                </td>
                <td>{ERROR_CODES[code].meaning}</td>
              </tr>
            ))}
        </tbody>
      ))}
    </table>
  );
}
