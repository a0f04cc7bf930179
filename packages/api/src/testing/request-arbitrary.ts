import { type Arbitrary, constant, constantFrom, dictionary, oneof, record, string, tuple, uuid } from 'fast-check';
import { exampleOf, type Operation, objectAt, type Place, parametersIn, textAt } from '../contract/document.ts';
import { bodiesOf, type DrawnBody, exampleBodies, valuesOf } from './body-arbitrary.ts';

/** A request as it is sent. */
export interface DrawnRequest {
  /** The operation that it was drawn for. Its method may be another one. */
  operation: Operation;
  method: string;
  /** Path and query under the base path of the API. */
  target: string;
  headers: Readonly<Record<string, string>>;
  body: Buffer;
}

const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'];

/** Draws the values of parameters: mostly valid, else any text. */
function parametersOf(operation: Operation, place: Place): Arbitrary<Record<string, string>> {
  const values = parametersIn(operation, place).map((parameter) => {
    const schema = {
      ...objectAt(parameter, 'schema'),
      ...(parameter['example'] === undefined ? {} : { examples: [parameter['example']] }),
    };
    const value = oneof(valuesOf(schema), valuesOf(schema), string()).map((drawn) =>
      typeof drawn === 'string' ? drawn : JSON.stringify(drawn),
    );
    return [textAt(parameter, 'name'), value] as const;
  });
  return record(Object.fromEntries(values), {
    requiredKeys: place === 'path' ? Object.keys(Object.fromEntries(values)) : [],
  });
}

/** Names Anna, a user of the API under test, in an `Authorization` and in a `Cookie`. */
export const ANNA = { authorization: 'Bearer anna', cookie: 'session=anna' } as const;

/** Headers that decide who asks and from where. */
const callers = record(
  {
    Authorization: oneof(
      constantFrom(ANNA.authorization, 'Bearer ada', 'Bearer', 'Basic YTpi'),
      string().map((token) => `Bearer ${token}`),
    ),
    Cookie: constantFrom(ANNA.cookie, 'session=berta', 'session=', 'a=b'),
    'Sec-Fetch-Site': constantFrom('same-origin', 'cross-site', 'none', ''),
    Origin: constantFrom('http://localhost:3000', 'https://other.example', 'null'),
    'X-Request-Id': oneof(uuid(), string()),
    'User-Agent': string(),
  },
  { requiredKeys: [] },
);

/** A header value may hold visible ASCII, spaces and Latin-1 only; Node refuses to send others. */
const headerValue = (value: string) => value.replaceAll(/[^\t\x20-\x7e\x80-\xff]/g, '?');

/** The parts of a request of an operation. */
type Parts = [
  method: string,
  path: Record<string, string>,
  query: Record<string, string>,
  headers: Record<string, string>,
  body: DrawnBody,
];

/** Draws requests of an operation, valid and broken; some have another method. */
function anyRequests(operation: Operation): Arbitrary<Parts> {
  const method = oneof(
    { weight: 12, arbitrary: constant(operation.method) },
    { weight: 1, arbitrary: constantFrom(...METHODS) },
  );
  return tuple(
    method,
    parametersOf(operation, 'path'),
    tuple(dictionary(string(), string(), { maxKeys: 1 }), parametersOf(operation, 'query')).map(merged),
    tuple(callers, parametersOf(operation, 'header')).map(merged),
    bodiesOf(operation),
  );
}

const merged = (parts: readonly Record<string, string>[]): Record<string, string> =>
  Object.fromEntries(parts.flatMap((part) => Object.entries(part)));

/** Draws requests of an operation that the API must accept: Anna's, with the examples of the document. */
function validRequests(operation: Operation): Arbitrary<Parts> {
  return tuple(
    constant(operation.method),
    constant(parameterExamples(operation, 'path')),
    constantFrom({}, parameterExamples(operation, 'query')),
    constantFrom({ Authorization: ANNA.authorization }, { Cookie: ANNA.cookie, 'Sec-Fetch-Site': 'same-origin' }),
    exampleBodies(operation),
  );
}

function parameterExamples(operation: Operation, place: Place): Record<string, string> {
  const examples = parametersIn(operation, place).map((parameter): [string, string] => {
    const example = exampleOf(parameter) ?? '';
    return [textAt(parameter, 'name'), typeof example === 'string' ? example : JSON.stringify(example)];
  });
  return Object.fromEntries(examples);
}

function sent(operation: Operation, [method, path, query, headers, { bytes, contentType }]: Parts): DrawnRequest {
  const filled = operation.path.replaceAll(/\{(\w+)\}/g, (_all, name: string) =>
    encodeURIComponent(wellFormed(path[name] ?? '')),
  );
  const search = new URLSearchParams(query).toString();
  const hasBody = method !== 'GET' && method !== 'HEAD';
  const all = { ...headers, ...(hasBody && { 'Content-Type': contentType }) };
  return {
    operation,
    method,
    target: filled + (search === '' ? '' : `?${search}`),
    headers: Object.fromEntries(Object.entries(all).map(([name, value]) => [name, headerValue(value)])),
    body: hasBody ? bytes : Buffer.alloc(0),
  };
}

/** A half of a surrogate pair cannot be part of a URL. */
const wellFormed = (text: string) => Buffer.from(text).toString();

/** Draws requests to all operations of a document: a quarter of them are valid. */
export function requestsTo(operations: readonly Operation[]): Arbitrary<DrawnRequest> {
  const requestsOf = (operation: Operation) =>
    oneof(
      { weight: 3, arbitrary: anyRequests(operation).map((parts) => sent(operation, parts)) },
      { weight: 1, arbitrary: validRequestsTo(operation) },
    );
  return oneof(...operations.map(requestsOf));
}

/** Draws requests to an operation that the API must accept. */
export function validRequestsTo(operation: Operation): Arbitrary<DrawnRequest> {
  return validRequests(operation).map((parts) => sent(operation, parts));
}
