import { type DatabaseHost, type DatabaseTarget, DatabaseUrlError } from './database-target.ts';
import { tlsProblems } from './dial.ts';
import { type Draft, readParameter, schemaProblem } from './url-parameters.ts';

const DEFAULT_PORT = '5432';
const DEFAULT_SCHEMA = 'public';
const APPLICATION_NAME = 'plant-id-community';

/**
 * Matches scheme, user and password, hosts, database and parameters. The last `@` ends the password. The name of a
 * database cannot contain `@`: otherwise part of a password with a slash would count as that name, and be shown.
 */
const URI = /^postgres(?:ql)?:\/\/(?:([^/?]*)@)?([^/?@]*)(?:\/([^?@]*))?(?:\?(.*))?$/is;
/** Matches a name, an address, an IPv6 address in brackets, or an encoded folder; then a port. */
const HOST = /^(\[[^\]]*\]|[^:[\]]*)(?::(.*))?$/s;

const FORM = 'must look like postgresql://user:password@host:5432/database';
const ENCODING = 'in a password, write / as %2F, ? as %3F and @ as %40';

/**
 * Reads a connection URL as libpq does: https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-CONNSTRING-URIS
 * PGHOST, PGPORT and PGSSLMODE supply what the URL omits.
 * @param variable names the setting in the error
 * @throws {DatabaseUrlError}
 */
export function readDatabaseUrl(url: string, variable = 'DATABASE_URL'): DatabaseTarget {
  const parts = URI.exec(url);
  if (parts === null) {
    const problem = /^postgres(ql)?:\/\//i.test(url) ? `${FORM}; ${ENCODING}` : FORM;
    throw new DatabaseUrlError(variable, [problem]);
  }
  const [, credentials = '', authority = '', path = '', query = ''] = parts;
  const draft: Draft = { target: emptyTarget(), isShuffled: false };
  // After a mistake here, any part may hold a piece of the password: read no further, and show nothing.
  if (!readAuthority(draft, credentials, authority, path)) {
    throw new DatabaseUrlError(variable, [`${FORM}; ${ENCODING}`]);
  }
  const problems = readParameters(draft, query);
  const hosts = hostsOf(draft, problems);
  const schema = schemaOf(draft, problems);
  decideTlsMode(draft);
  problems.push(...tlsProblems(draft.target.tls));
  if (problems.length > 0) throw new DatabaseUrlError(variable, problems);
  return { ...draft.target, hosts, schema: schema ?? DEFAULT_SCHEMA, namesSchema: schema !== undefined };
}

/** Returns the faults of a connection URL without showing its values; an empty list for a usable URL. */
export function databaseUrlProblems(url: string): readonly string[] {
  try {
    readDatabaseUrl(url);
    return [];
  } catch (error) {
    if (!(error instanceof DatabaseUrlError)) throw error;
    return error.problems;
  }
}

function emptyTarget(): DatabaseTarget {
  return {
    hosts: [],
    schema: DEFAULT_SCHEMA,
    namesSchema: false,
    applicationName: APPLICATION_NAME,
    sessionAttributes: 'any',
    keepsAlive: true,
    tls: { mode: 'prefer', neverVerify: false, isDirect: false, sendsName: true, needsChannelBinding: false },
  };
}

/** Reads user, password, hosts and database into the draft. Returns false for a part that it cannot read. */
function readAuthority(draft: Draft, credentials: string, authority: string, path: string): boolean {
  const [user, password] = splitOnce(credentials, ':').map(decoded);
  const database = decoded(path);
  const hosts = authority.split(',').map((part) => HOST.exec(part));
  const names = hosts.map((host) =>
    host === null ? undefined : decoded((host[1] ?? '').replace(/^\[(.*)\]$/s, '$1')),
  );
  if (user === undefined || password === undefined || database === undefined || names.includes(undefined)) return false;
  if (hosts.some((host) => host?.[2] !== undefined && !/^\d*$/.test(host[2]))) return false;
  if (user !== '') draft.target.user = user;
  if (password !== '') draft.target.password = password;
  if (database !== '') draft.target.database = database;
  draft.hosts = names.map((name) => name ?? '');
  draft.ports = hosts.map((host) => host?.[2] ?? '');
  return true;
}

/** Reads the parameters into the draft, and returns their faults. */
function readParameters(draft: Draft, query: string): string[] {
  const parameters = query.split('&').filter((part) => part !== '');
  const mode = process.env['PGSSLMODE'];
  if (mode) parameters.unshift(`sslmode=${mode}`);
  return parameters.flatMap((part) => {
    const [name, value] = splitOnce(part, '=').map(decoded);
    if (name === undefined || value === undefined) return 'has a parameter that is not in UTF-8';
    return readParameter(name, value, draft) ?? [];
  });
}

/** Decides how strictly TLS is checked. The strictest of several parameters wins. */
function decideTlsMode({ accepts, sslMode, target: { tls } }: Draft): void {
  const given = sslMode === 'no-verify' ? 'require' : sslMode;
  tls.mode = given ?? (tls.rootCert === 'system' ? 'verify-full' : 'prefer');
  if (accepts === 'strict' && tls.mode !== 'disable') tls.mode = 'verify-full';
  tls.neverVerify =
    tls.mode !== 'verify-full' && tls.mode !== 'verify-ca' && (sslMode === 'no-verify' || accepts !== undefined);
}

/** Returns the hosts. Like libpq, it expects one address for each host, and one port for each or one for all. */
function hostsOf({ addresses = [], hosts = [], isShuffled, ports = [] }: Draft, problems: string[]): DatabaseHost[] {
  const names = hosts.length > 1 || hosts[0] !== '' ? hosts : addresses.map(() => '');
  const count = Math.max(names.length, 1);
  if (addresses.length > 0 && addresses.length !== count) problems.push('must give one hostaddr for each host');
  if (ports.length > 1 && ports.length !== count) problems.push('must give one port for each host');
  const found = Array.from({ length: count }, (_, index): DatabaseHost => {
    const given = (ports.length > 1 ? ports[index] : ports[0]) || process.env['PGPORT'] || DEFAULT_PORT;
    const port = Number(given);
    if (!(/^\d{1,5}$/.test(given) && port > 0 && port < 65_536)) problems.push('must have a port from 1 to 65535');
    const address = addresses[index];
    const host = names[index] || address || process.env['PGHOST'] || 'localhost';
    return { host, port, ...(address ? { address } : {}) };
  });
  return isShuffled ? shuffled(found) : found;
}

/** Returns items in random order, each order with the same probability. */
function shuffled<T>(items: readonly T[]): T[] {
  const ranked = items.map((item) => ({ item, rank: Math.random() }));
  return ranked.toSorted((a, b) => a.rank - b.rank).map(({ item }) => item);
}

/** Returns the parameter `schema`, or else the first schema of a search_path in `options`. */
function schemaOf({ schema, target }: Draft, problems: string[]): string | undefined {
  if (schema !== undefined) return schema;
  const [path] = [...(target.options ?? '').matchAll(/(?:-c\s*|--)search_path=((?:\\.|\S)+)/gi)].slice(-1);
  const names = (path?.[1] ?? '').replaceAll(/\\(.)/gs, '$1').match(/"(?:[^"]|"")*"|[^",\s]+/g) ?? [];
  const [first] = names.map(unquoted).filter((name) => name !== '$user');
  const problem = first === undefined ? undefined : schemaProblem(first);
  if (problem !== undefined) problems.push(`has a search_path in options whose first schema ${problem}`);
  return first;
}

/** Reads an identifier as SQL does: turns it into lower case unless it has quotes. */
function unquoted(name: string): string {
  return name.startsWith('"') ? name.slice(1, -1).replaceAll('""', '"') : name.toLowerCase();
}

function splitOnce(text: string, separator: string): [string, string] {
  const at = text.indexOf(separator);
  return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + separator.length)];
}

/** Decodes percent encoding and keeps a lone `%`. Returns undefined if the result is not UTF-8. */
function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text.replaceAll(/%(?![0-9a-f]{2})/gi, '%25'));
  } catch {
    return undefined;
  }
}
