import { describe, expect, it } from 'vitest';
import { reasonOf } from './database-error.ts';

describe('reasonOf', () => {
  it.each([
    [{ code: '3D000' }, 'there is no such database'],
    [
      { code: 'P2010', meta: { driverAdapterError: { cause: { originalCode: '28P01' } } } },
      'user or password were refused',
    ],
    [
      { code: 'P2010', meta: { driverAdapterError: { cause: { kind: 'DatabaseNotReachable' } } } },
      'nothing is listening there',
    ],
    [
      { code: '28000', message: 'no pg_hba.conf entry for host "::1", user "ann", database "d", SSL encryption' },
      'its pg_hba.conf has no entry for this host, user and database',
    ],
    [{ code: '28000', message: 'role "ann" is not permitted to log in' }, 'user or password were refused'],
    [{ code: 'CERT_HAS_EXPIRED' }, 'its certificate is not valid at this time; renew it, and look at the clocks'],
    [{ code: 'ERR_SSL_WRONG_VERSION_NUMBER' }, 'TLS with it fails (ERR_SSL_WRONG_VERSION_NUMBER)'],
    [{ code: '08P01', message: 'no such database: plants' }, 'there is no such database'],
    [{ code: '08P01', message: 'database "plants" does not exist' }, 'there is no such database'],
    [{ code: '08P01', message: '"trust" authentication failed' }, 'user or password were refused'],
    [{ code: '08P01', message: 'no more connections allowed (max_client_conn)' }, 'it has no connection left'],
    [
      { code: '08P01', message: 'transaction blocks not allowed in statement pooling mode' },
      'its pooler allows no transactions; use pool_mode=transaction',
    ],
    [
      { code: '08P01', message: 'server login has been failing, try again later (server_login_retry)' },
      'its pooler cannot reach the server behind it',
    ],
    [{ code: '08P01', message: 'query_wait_timeout' }, 'it does not answer in time'],
    [{ code: '57014', message: 'canceling statement due to user request' }, 'it does not answer in time'],
    [new AggregateError([Object.assign(new Error('connect'), { code: 'ECONNREFUSED' })]), 'nothing is listening there'],
    [new Error('timeout expired'), 'it does not answer in time'],
    [new Error('boom'), 'it answers with an error'],
    ['boom', 'it answers with an error'],
    [null, 'it answers with an error'],
  ])('describes %j', (error, reason) => expect(reasonOf(error)).toBe(reason));

  it('ends for an error that is its own cause', () => {
    const error = new Error('round');
    error.cause = error;
    expect(reasonOf(error)).toBe('it answers with an error');
  });
});
