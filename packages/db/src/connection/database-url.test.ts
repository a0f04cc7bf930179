import { afterEach, describe, expect, it, vi } from 'vitest';
import { describeTarget } from './client-config.ts';
import { databaseUrlProblems, readDatabaseUrl } from './database-url.ts';

afterEach(() => vi.unstubAllEnvs());

describe('the target of a connection URL', () => {
  it.each([
    ['postgresql://ann:s3cret@db.example:5433/plants', '"plants" on db.example:5433'],
    ['postgres://ann:s3cret@db.example/plants?sslmode=disable', '"plants" on db.example:5432'],
    ['postgresql://ann@/plants?host=/run/postgresql', '"plants" on /run/postgresql'],
    ['postgresql://ann@%2Frun%2Fpostgresql:5433/plants', '"plants" on /run/postgresql'],
    ['postgresql://ann@[::1]:5433/plants', '"plants" on ::1:5433'],
    ['postgresql://ann@one:1,two:2,three/plants', '"plants" on one:1 or two:2 or three:5432'],
    ['postgresql://ann@one,two/plants?port=6432', '"plants" on one:6432 or two:6432'],
    ['postgresql:///plants?host=one,two&port=1,2&user=ann', '"plants" on one:1 or two:2'],
    ['postgresql:///plants?hostaddr=10.0.0.7', '"plants" on 10.0.0.7:5432'],
    ['postgresql://ann@db.example', '"ann" on db.example:5432'],
    ['postgresql://db.example/?dbname=a%20b', '"a b" on db.example:5432'],
  ])('of %s', (url, text) => expect(describeTarget(readDatabaseUrl(url))).toBe(text));

  it('has defaults from the variables of libpq', () => {
    for (const [name, value] of [
      ['PGHOST', 'db.example'],
      ['PGPORT', '6432'],
      ['PGSSLMODE', 'require'],
    ] as const) {
      vi.stubEnv(name, value);
    }
    const { hosts, tls } = readDatabaseUrl('postgresql:///plants');
    expect({ hosts, mode: tls.mode }).toEqual({ hosts: [{ host: 'db.example', port: 6432 }], mode: 'require' });
    expect(readDatabaseUrl('postgresql://other:1/plants?sslmode=prefer')).toMatchObject({
      hosts: [{ host: 'other', port: 1 }],
      tls: { mode: 'prefer' },
    });
  });
});

describe('user and password of a connection URL', () => {
  it.each([
    { url: 'postgresql://ann:p%40ss%2Fw%3Aord@h/d', user: 'ann', password: 'p@ss/w:ord' },
    { url: 'postgresql://ann:p@ss@h/d', user: 'ann', password: 'p@ss' },
    { url: 'postgresql://ann:a:b#c@h/d', user: 'ann', password: 'a:b#c' },
    { url: 'postgresql://ann:50%@h/d', user: 'ann', password: '50%' },
    { url: 'postgresql://ann:p+w@h/d', user: 'ann', password: 'p+w' },
    { url: 'postgresql://J%C3%B6rg:gr%C3%BCn@h/d', user: 'Jörg', password: 'grün' },
    { url: 'postgresql://h/d?user=ann&password=p%26w', user: 'ann', password: 'p&w' },
    { url: 'postgresql://h/d', user: undefined, password: undefined },
  ])('are read from $url', ({ url, user, password }) => {
    const target = readDatabaseUrl(url);
    expect({ user: target.user, password: target.password }).toEqual({ user, password });
  });

  it.each(['s3/cret', 's3?cret', 's3?a&cret', 's3/c@ret', 's3#c/ret', '5432/s3cret', '%ff%fes3cret'])(
    'never show in an error: %s',
    (password) => {
      const problems = databaseUrlProblems(`postgresql://ann:${password}@db.example/plants`).join('\n');
      expect(problems).toContain('in a password, write / as %2F, ? as %3F and @ as %40');
      expect(problems).not.toMatch(/cret|c@ret|s3/);
    },
  );

  it.each(['mysql://ann@h/d', 'h/d', '', 'postgresql:ann@h/d'])('are looked for only where a database is: %s', (url) =>
    expect(databaseUrlProblems(url)).toEqual(['must look like postgresql://user:password@host:5432/database']),
  );
});

describe('parameters of a connection URL', () => {
  it('are read when they are known', () => {
    const target = readDatabaseUrl(
      'postgresql://h/d?application_name=my%20app&connect_timeout=2&keepalives=0&keepalives_idle=30&gssencmode=disable' +
        '&target_session_attrs=any&client_encoding=UTF8&options=-c%20work_mem%3D8MB&channel_binding=require' +
        '&sslmode=require&sslsni=0&ssl_min_protocol_version=TLSv1.3&schema=plants&connection_limit=7&pool_timeout=1' +
        '&pgbouncer=true&statement_cache_size=0&sslcompression=0&uselibpqcompat=true&fallback_application_name=x',
    );
    expect(target).toMatchObject({
      applicationName: 'my app',
      connectTimeoutMs: 2_000,
      keepsAlive: false,
      keepAliveDelayMs: 30_000,
      options: '-c work_mem=8MB',
      schema: 'plants',
      poolSize: 7,
      poolTimeoutMs: 1_000,
      tls: { mode: 'require', needsChannelBinding: true, sendsName: false, minVersion: 'TLSv1.3' },
    });
  });

  it.each([
    ['foo=1', 'has the unknown parameter foo; known are application_name, channel_binding, '],
    ['constructor=1', 'has the unknown parameter constructor; known are '],
    ['Schema=plants', 'has the unknown parameter Schema; known are '],
    ['search_path=plants', 'has the parameter search_path, which is not supported: write schema=... instead'],
    [
      'statement_timeout=3',
      'has the parameter statement_timeout, which is not supported: write options=-c%20statement',
    ],
    ['max_idle_connection_lifetime=3', 'which is not supported: set DATABASE_IDLE_TIMEOUT and DATABASE_MAX_LIFETIME'],
    ['service=x', 'has the parameter service, which is not supported: write its values into the URL'],
    ['target_session_attrs=standby', 'has a parameter target_session_attrs that must be any, read-write or primary'],
    ['gssencmode=require', 'has a parameter gssencmode that must be disable or prefer'],
    [
      'sslmode=strict',
      'has a parameter sslmode that must be disable, allow, prefer, require, verify-ca, verify-full or',
    ],
    ['sslrootcert=ca.pem', 'has a parameter sslrootcert that must be the absolute path of a file'],
    ['sslrootcert=/no/such/file', 'has a parameter sslrootcert whose file cannot be read (ENOENT)'],
    ['sslmode=verify-ca', 'must name the file of the authority in sslrootcert for sslmode=verify-ca'],
    ['sslmode=verify-ca&sslrootcert=system', 'must use sslmode=verify-full with sslrootcert=system'],
    ['sslmode=require&sslrootcert=system', 'must use sslmode=verify-full with sslrootcert=system'],
    ['sslnegotiation=direct', 'must use sslmode=require or stricter with sslnegotiation=direct'],
    ['sslmode=disable&channel_binding=require', 'must not disable TLS with channel_binding=require'],
    [
      'ssl_min_protocol_version=TLSv1.3&ssl_max_protocol_version=TLSv1.2',
      'must not give an ssl_min_protocol_version above ssl_max',
    ],
    ['schema=', 'has a parameter schema that must not be empty'],
    ['schema=pg_temp', 'has a parameter schema that must not be a schema of PostgreSQL itself'],
    [`schema=${'a'.repeat(64)}`, 'has a parameter schema that must have at most 63 bytes'],
    ['schema=a%00b', 'has a parameter schema that must not hold a NUL'],
    ['connection_limit=0', 'has a parameter connection_limit that must be a whole number from 1 to 200'],
    ['connect_timeout=fast', 'has a parameter connect_timeout that must be a whole number'],
    ['port=99999', 'must have a port from 1 to 65535'],
    ['host=a,b&port=1,2,3', 'must give one port for each host'],
    ['hostaddr=db.example', 'has a parameter hostaddr that must be an IP address'],
    ['statement_cache_size=100', 'has a parameter statement_cache_size that must be 0'],
  ])('are refused: %s', (query, problem) =>
    expect(databaseUrlProblems(`postgresql://h/d?${query}`).join('\n')).toContain(problem),
  );

  it('are refused with a list of all problems', () => {
    const error = () => readDatabaseUrl('postgresql://h/d?foo=1&sslmode=x&schema=', 'DIRECT_DATABASE_URL');
    expect(error).toThrow(
      /^DIRECT_DATABASE_URL has .* foo;.*\nDIRECT_DATABASE_URL has .* sslmode .*\nDIRECT_DATABASE_URL .*schema/,
    );
  });
});

describe('sslmode', () => {
  it.each([
    { query: '', mode: 'prefer', neverVerify: false },
    { query: 'sslmode=allow', mode: 'allow', neverVerify: false },
    { query: 'sslmode=no-verify', mode: 'require', neverVerify: true },
    { query: 'ssl=true', mode: 'require', neverVerify: false },
    { query: 'ssl=false', mode: 'disable', neverVerify: false },
    { query: 'sslrootcert=system', mode: 'verify-full', neverVerify: false },
    { query: 'sslaccept=strict&sslmode=require', mode: 'verify-full', neverVerify: false },
    { query: 'sslmode=require&sslaccept=strict', mode: 'verify-full', neverVerify: false },
    { query: 'sslmode=require&sslaccept=accept_invalid_certs', mode: 'require', neverVerify: true },
    { query: 'sslmode=verify-full&sslaccept=accept_invalid_certs', mode: 'verify-full', neverVerify: false },
    { query: 'sslmode=no-verify&sslmode=verify-full', mode: 'verify-full', neverVerify: false },
  ])('of ?$query is $mode', ({ query, mode, neverVerify }) => {
    expect(readDatabaseUrl(`postgresql://h/d?${query}`).tls).toMatchObject({ mode, neverVerify });
  });
});

describe('the schema', () => {
  it.each([
    ['', 'public'],
    ['schema=plants', 'plants'],
    ['schema=we%20%22grow%22', 'we "grow"'],
    ['options=-c%20search_path%3Dplants', 'plants'],
    ['options=-csearch_path=Plants,public', 'plants'],
    ['options=--search_path=%22Plants%22%2Cpublic', 'Plants'],
    ['options=-c%20work_mem%3D8MB%20-c%20search_path%3D%22%24user%22%2Cplants', 'plants'],
    ['options=-c%20search_path%3Da%5C%20b', 'a'],
    ['options=-c%20search_path%3Done&schema=two', 'two'],
    ['options=-c%20statement_timeout%3D5s', 'public'],
  ])('of ?%s is %s', (query, schema) => expect(readDatabaseUrl(`postgresql://h/d?${query}`).schema).toBe(schema));
});
