import { type ApiErrorCode, ERROR_STATUS } from '@plantcommunity/api';
import { Fragment, type ReactNode } from 'react';
import styles from './docs.module.css';
import { ERROR_CODES, REMEDIES } from './error-codes.ts';

const isCode = (key: string): key is ApiErrorCode => key in ERROR_STATUS;
const codes = Object.keys(ERROR_CODES)
  .filter(isCode)
  .toSorted((a, b) => ERROR_STATUS[a] - ERROR_STATUS[b]);

/** Returns a code that may break behind its underscores. */
function breakable(code: string): ReactNode {
  return code.split(/(?<=_)/).map((part, index) => (
    <Fragment key={part}>
      {index === 0 ? null : <wbr />}
      {part}
    </Fragment>
  ));
}

/** Every code of an error, by what a client does about it. */
export function ErrorsTable() {
  return (
    <table className={styles['table']}>
      <thead>
        <tr>
          <th scope="col" data-figure>
            Status
          </th>
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
                <td data-figure>
                  <code>{breakable(code)}</code>
                </td>
                <td>{ERROR_CODES[code].meaning}</td>
              </tr>
            ))}
        </tbody>
      ))}
    </table>
  );
}
