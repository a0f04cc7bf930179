import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openDatabase } from '@plantcommunity/db';
import { applyMigrations } from '@plantcommunity/db/migrations';
import { freePort } from '@plantcommunity/resilience/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findProgram } from '../../start/find-program.ts';
import { createProcessGroup } from '../../start/process-group.ts';
import { type Cluster, type ClusterOptions, missingCluster, startCluster } from './postgres-cluster.ts';

const PASSWORD = 'green/leaf';

/** Which connections over TCP the server with TLS takes, by database. */
const ACCESS = [
  'host either all 127.0.0.1/32 trust',
  'hostssl tls_only all 127.0.0.1/32 trust',
  'hostnossl plain_only all 127.0.0.1/32 trust',
  'host missing all 127.0.0.1/32 trust',
  'hostssl certified all 127.0.0.1/32 cert',
  'host secret all 127.0.0.1/32 scram-sha-256',
];
const DATABASES = ['either', 'tls_only', 'plain_only', 'certified', 'secret'];

const reason = missingCluster() ?? (findProgram('openssl') === undefined ? 'there is no openssl' : undefined);

describe.skipIf(reason !== undefined)(`TLS to PostgreSQL as libpq means it${reason ? ` (${reason})` : ''}`, () => {
  const group = createProcessGroup({ add: () => {} });
  const warnings: string[] = [];
  const warn = (warning: Error) => void warnings.push(warning.message);
  let files: string;
  let tls: Cluster;
  let plain: Cluster;
  let ports: Record<'tls' | 'plain', number>;
  let others: Record<'primary' | 'read_only' | 'standby', { port: number; cluster: Cluster }>;

  beforeAll(async () => {
    process.on('warning', warn);
    files = mkdtempSync(join(tmpdir(), 'plant-certificates-'));
    for (const name of ['ca', 'other-ca']) makeAuthority(name);
    makeCertificate('server', 'ca', 'subjectAltName=DNS:localhost');
    makeCertificate('client', 'ca', 'extendedKeyUsage=clientAuth', 'postgres');
    const read = (name: string) => readFileSync(join(files, name), 'utf8');
    ports = { tls: await freePort(), plain: await freePort() };
    tls = await startCluster(group, {
      port: ports.tls,
      access: ACCESS,
      files: { 'server.crt': read('server.crt'), 'server.key': read('server.key'), 'root.crt': read('ca.crt') },
      settings: ['ssl=on', 'ssl_ca_file=root.crt'],
    });
    plain = await startCluster(group, { port: ports.plain, access: ['host all all 127.0.0.1/32 trust'] });
    const also = async (options: ClusterOptions) => {
      const port = await freePort();
      const access = ['host all all 127.0.0.1/32 trust'];
      return { port, cluster: await startCluster(group, { port, access, ...options }) };
    };
    others = {
      primary: { port: ports.plain, cluster: plain },
      read_only: await also({ settings: ['default_transaction_read_only=on'] }),
      standby: await also({ files: { 'standby.signal': '' } }),
    };
    const admin = openDatabase({ url: tls.url, poolSize: 1 });
    for (const name of DATABASES) await admin.client.$executeRawUnsafe(`CREATE DATABASE ${name}`);
    await admin.client.$executeRawUnsafe(`CREATE ROLE ann LOGIN PASSWORD '${PASSWORD}'`);
    await admin.close();
  });
  afterAll(async () => {
    await group.stop();
    for (const cluster of [tls, plain, others.read_only.cluster, others.standby.cluster]) cluster.remove();
    rmSync(files, { recursive: true });
    process.off('warning', warn);
  });

  function openssl(...args: string[]): void {
    execFileSync('openssl', args, { cwd: files, stdio: ['ignore', 'ignore', 'pipe'] });
  }

  function makeAuthority(name: string): void {
    const subject = ['-subj', `/CN=${name}`, '-days', '2', '-keyout', `${name}.key`, '-out', `${name}.crt`];
    openssl('req', '-x509', '-newkey', 'rsa:2048', '-nodes', ...subject);
  }

  function makeCertificate(name: string, authority: string, extension: string, common = name): void {
    writeFileSync(join(files, `${name}.ext`), extension);
    const request = ['-subj', `/CN=${common}`, '-keyout', `${name}.key`, '-out', `${name}.csr`];
    openssl('req', '-newkey', 'rsa:2048', '-nodes', ...request);
    const signed = ['-in', `${name}.csr`, '-out', `${name}.crt`, '-extfile', `${name}.ext`];
    openssl('x509', '-req', '-days', '2', '-CA', `${authority}.crt`, '-CAkey', `${authority}.key`, ...signed);
    openssl('pkcs8', '-topk8', '-in', `${name}.key`, '-passout', 'pass:leaf', '-out', `${name}.enc.key`);
  }

  /** `over tls` or `over plain`, as the server sees the connection, or why there is none. */
  async function connectionBy(server: 'tls' | 'plain', rest: string): Promise<string> {
    const [userInfo, path] = rest.includes('@') ? rest.split('@', 2) : ['postgres', rest];
    const [place = '', query = ''] = (path ?? '').split('?', 2);
    const [database, host = 'localhost'] = place.split(' on ');
    const parameters = query.replaceAll(/=FILES\//g, `=${encodeURIComponent(files)}/`);
    const port = ports[server];
    const url = `postgresql://${userInfo}@${host}:${port}/${database}?${parameters}`;
    let opened: ReturnType<typeof openDatabase> | undefined;
    try {
      opened = openDatabase({ url, poolSize: 1 });
      await opened.ping(3_000);
      const [row] = await opened.client.$queryRaw<{ ssl: boolean }[]>`
        SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()`;
      return row?.ssl === true ? 'over tls' : 'over plain';
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    } finally {
      await opened?.close();
    }
  }

  const OWN = 'its certificate is from no authority that is known here; name the file of the authority in sslrootcert';
  const OTHER = 'its certificate is for another name; use a host name that is in it';

  it.concurrent.each([
    ['tls', 'either', 'over tls'],
    ['tls', 'either?sslmode=disable', 'over plain'],
    ['tls', 'either?sslmode=allow', 'over plain'],
    ['tls', 'either?sslmode=prefer', 'over tls'],
    ['tls', 'either?sslmode=require', 'over tls'],
    ['tls', 'either on 127.0.0.1?sslmode=require', 'over tls'],
    ['tls', 'either?sslmode=no-verify', 'over tls'],
    ['tls', 'either?sslmode=require&sslrootcert=FILES/ca.crt', 'over tls'],
    ['tls', 'either on 127.0.0.1?sslmode=require&sslrootcert=FILES/ca.crt', 'over tls'],
    ['tls', 'either?sslmode=require&sslrootcert=FILES/other-ca.crt', OWN],
    ['tls', 'either?sslmode=prefer&sslrootcert=FILES/other-ca.crt', 'over plain'],
    ['tls', 'either?sslmode=verify-ca&sslrootcert=FILES/ca.crt', 'over tls'],
    ['tls', 'either on 127.0.0.1?sslmode=verify-ca&sslrootcert=FILES/ca.crt', 'over tls'],
    ['tls', 'either?sslmode=verify-ca&sslrootcert=FILES/other-ca.crt', OWN],
    ['tls', 'either?sslmode=verify-full&sslrootcert=FILES/ca.crt', 'over tls'],
    ['tls', 'either on 127.0.0.1?sslmode=verify-full&sslrootcert=FILES/ca.crt', OTHER],
    ['tls', 'either?hostaddr=127.0.0.1&sslmode=verify-full&sslrootcert=FILES/ca.crt', 'over tls'],
    ['tls', 'either?sslmode=verify-full', OWN],
    ['tls', 'either?sslrootcert=system', OWN],
    ['tls', 'either?sslmode=require&sslsni=0', 'over tls'],
    ['tls', 'either?sslmode=require&ssl_min_protocol_version=TLSv1.3', 'over tls'],
    ['tls', 'either?sslmode=require&sslnegotiation=direct', 'it offers no direct TLS, which the URL demands'],

    ['tls', 'tls_only', 'over tls'],
    ['tls', 'tls_only?sslmode=allow', 'over tls'],
    ['tls', 'tls_only?sslmode=disable', 'without TLS; sslmode=require may help'],
    ['tls', 'plain_only', 'over plain'],
    ['tls', 'plain_only?sslmode=allow', 'over plain'],
    ['tls', 'plain_only?sslmode=require', 'its pg_hba.conf has no entry for this host, user and database.'],

    ['tls', 'certified?sslmode=require', 'it demands a client certificate; give sslcert and sslkey'],
    ['tls', 'certified?sslmode=require&sslcert=FILES/client.crt&sslkey=FILES/client.key', 'over tls'],
    ['tls', 'certified?sslcert=FILES/client.crt&sslkey=FILES/client.enc.key&sslpassword=leaf', 'over tls'],
    ['tls', 'certified?sslcert=FILES/client.crt&sslkey=FILES/client.enc.key&sslpassword=no', 'sslpassword must open'],
    ['tls', 'certified?sslcert=FILES/client.crt&sslkey=FILES/client.enc.key', 'sslpassword must open sslkey'],
    ['tls', 'certified?sslcert=FILES/client.crt&sslkey=FILES/server.key', 'sslkey must be the key of sslcert'],
    ['tls', 'certified?sslcert=FILES/client.crt', 'must give sslcert and sslkey together'],
    ['tls', 'certified?sslcert=FILES/client.ext&sslkey=FILES/client.key', 'they must be in PEM form'],

    ['tls', 'ann:green%2Fleaf@secret?sslmode=require', 'over tls'],
    ['tls', 'ann:green%2Fleaf@secret?sslmode=require&channel_binding=require', 'over tls'],
    ['tls', 'ann:green%2Fleaf@secret?channel_binding=require&sslmode=allow', 'does not offer the channel_binding'],
    ['tls', 'either?sslmode=require&channel_binding=require', 'it does not offer the channel_binding that the URL'],
    ['tls', 'ann:wrong@secret?sslmode=require', 'user or password were refused'],
    ['tls', 'ann@secret?sslmode=require', 'it asks for a password, and the URL has none'],
    ['tls', 'missing', 'there is no such database'],
    ['tls', 'unlisted', 'its pg_hba.conf has no entry for this host, user and database.'],
    ['tls', 'unlisted?sslmode=allow', 'its pg_hba.conf has no entry for this host, user and database.'],

    ['plain', 'postgres', 'over plain'],
    ['plain', 'postgres?sslmode=allow', 'over plain'],
    ['plain', 'postgres?sslmode=require', 'it offers no TLS, which the URL demands'],
    ['plain', 'postgres?sslmode=verify-full', 'it offers no TLS, which the URL demands'],
    ['plain', 'postgres?channel_binding=require', 'it does not offer the channel_binding that the URL requires'],
  ] as const)('%s server: %s', async (server, rest, outcome) => {
    expect(await connectionBy(server, rest)).toContain(outcome);
  });

  it.concurrent('the next host is tried when a host does not answer', async () => {
    const places = `127.0.0.1:1,localhost:${ports.plain},localhost:${ports.tls}`;
    const opened = openDatabase({ url: `postgresql://postgres@${places}/postgres`, poolSize: 1 });
    await expect(opened.ping()).resolves.toBeUndefined();
    await opened.close();
  });

  it.concurrent.each([
    { attributes: 'read-write', unsuitable: 'read_only', suitable: 'primary' },
    { attributes: 'primary', unsuitable: 'standby', suitable: 'primary' },
    { attributes: 'primary', unsuitable: 'standby', suitable: 'read_only' },
  ] as const)(
    'target_session_attrs=$attributes passes over the $unsuitable host',
    async ({ attributes, unsuitable, suitable }) => {
      const url = (...hosts: readonly string[]) =>
        `postgresql://postgres@${hosts.join(',')}/postgres?target_session_attrs=${attributes}`;
      const [one, two] = [unsuitable, suitable].map((name) => `127.0.0.1:${others[name].port}`);
      const opened = openDatabase({ url: url(one ?? '', two ?? ''), poolSize: 1 });
      await opened.ping();
      const [row] = await opened.client.$queryRaw<{ port: string }[]>`SELECT current_setting('port') AS port`;
      expect(row?.port).toBe(String(others[suitable].port));
      await opened.close();
      const alone = openDatabase({ url: url(one ?? ''), poolSize: 1 });
      await expect(alone.ping()).rejects.toThrow('none of its hosts takes writes, as target_session_attrs demands');
      await alone.close();
    },
  );

  it.concurrent('migrations and cancelled statements use the same TLS settings', async () => {
    const query = `sslmode=verify-full&sslrootcert=${encodeURIComponent(join(files, 'ca.crt'))}`;
    const url = `postgresql://postgres@localhost:${ports.tls}/tls_only?${query}`;
    expect((await applyMigrations(url)).applied.length).toBeGreaterThan(5);
    const database = openDatabase({ url, poolSize: 2 });
    await expect(database.client.$queryRaw`SELECT pg_sleep(62)::text`).rejects.toThrow('it does not answer in time');
    const [row] = await database.client.$queryRaw<{ n: number }[]>`
      SELECT count(*)::int AS n FROM pg_stat_activity WHERE query LIKE '%pg_sleep(62)%' AND state = 'active'
      AND pid <> pg_backend_pid()`;
    expect(row?.n).toBe(0);
    await database.close();
  });

  it.concurrent('options take effect, and those that the server refuses are named', async () => {
    const url = `postgresql://postgres@localhost:${ports.plain}/postgres?application_name=leaf&options=`;
    const options = encodeURIComponent('-c statement_timeout=3s -c search_path=leaf,"two\\ words"');
    const database = openDatabase({ url: `${url}${options}`, poolSize: 1 });
    expect(
      await database.client.$queryRaw`SELECT current_setting('statement_timeout') AS limit,
        current_setting('application_name') AS name, current_setting('search_path') AS path`,
    ).toEqual([{ limit: '3s', name: 'leaf', path: 'leaf,"two words"' }]);
    await database.close();
    for (const refused of ['-c no_such_setting=1', '-c work_mem=leaf', '--leaf']) {
      const other = openDatabase({ url: `${url}${encodeURIComponent(refused)}`, poolSize: 1 });
      await expect(other.ping()).rejects.toThrow('it refuses what `options` in the URL sets');
      await other.close();
    }
  });

  it('no warning is printed outside the log', () => expect(warnings).toEqual([]));
});
