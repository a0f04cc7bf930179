import {
  isObject,
  type JsonObject,
  type Operation,
  objectAt,
  operationsOf,
  parseJson,
  textAt,
  withoutReferences,
} from '../contract/document.ts';
import { SUCCESS_BODY_CODES } from '../legacy/error-bodies.ts';
import { createAnswerComparison, type SeenAnswer } from './answer-comparison.ts';

/** With a Location, the redirect of the request guard to https, which answers before the API, on every path. */
const PERMANENT_REDIRECT = 308;
/** Statuses of answers to requests that fit no operation: host and origin, path, method, and faults of ours. */
const OUTSIDE_OPERATIONS = [400, 403, 404, 405, 500, 503];
const PROBLEM = 'application/problem+json';
/** The served documents, which are no operations of the API. */
const SERVED_DOCUMENT = /^\/openapi(?:-3\.0)?\.json$/;

const LEGACY_BASE_PATH = '/api';
/** The operations that legacy offers, too: listed here, because the API itself is not loaded beside an app. */
export const LEGACY_OPERATIONS: readonly string[] = [
  'identifyPlant',
  'getIdentifyHealth',
  'listIdentifications',
  'getIdentification',
  'getIdentificationPhoto',
  'register',
  'issueToken',
  'refreshToken',
  'revokeToken',
  'getMe',
];
const text = { type: 'string' };
const DETAIL = { type: 'object', required: ['detail'], properties: { detail: text } };
const SUCCESS = {
  type: 'object',
  required: ['success', 'error'],
  properties: { success: { const: false }, error: text },
};
/** The bodies of legacy errors, which no document describes, as the responses of a document have them. */
const LEGACY_BODIES = {
  detail: { 'application/json': { schema: DETAIL } },
  success: { 'application/json': { schema: SUCCESS } },
  either: { 'application/json': { schema: { anyOf: [DETAIL, SUCCESS] } } },
};
/** Headers of every answer of legacy, whose values are compared apart. */
const LEGACY_HEADERS = { Deprecation: {}, Sunset: {}, Link: {} };

/** Lists how an answer differs from what is documented; nothing for an answer that is not compared. */
export interface AnswerCheck {
  (answer: SeenAnswer): string[];
  /** Whether answers of a path are compared. */
  covers(path: string): boolean;
}

/**
 * Creates a check that lists how an answer differs from an OpenAPI 3.1 document: an undocumented status, header, media
 * type, member or error code, a missing one, a value outside its schema. Legacy answers as the operations that it offers,
 * with its own headers and bodies of errors, which have no code. OPTIONS, 405 and 410 are compared with the methods of
 * the path.
 *
 * The one exception is what the API does not answer. On its paths: the redirect of the request guard to https, and its
 * answers to preflight requests; what Node answers to a request that it cannot parse; and what a proxy answers by itself.
 * During a start nothing answers: the server listens once the database is migrated. Other paths have no document: pages,
 * sign-in of browsers, tRPC, probes.
 * @param basePath of the API, without a slash at its end
 */
export function createAnswerCheck(document: JsonObject, basePath: string): AnswerCheck {
  const { bodyFaults, headerFaults } = createAnswerComparison();
  const components = objectAt(withoutReferences(document), 'components');
  const problem = { [PROBLEM]: { schema: objectAt(objectAt(components, 'schemas'), 'Problem') } };
  const requestId = { 'X-Request-Id': objectAt(objectAt(components, 'headers'), 'RequestId') };
  const operations = operationsOf(document);
  const isLegacy = ({ id }: Operation) => LEGACY_OPERATIONS.includes(id);
  const paths = pathsOf(basePath, operations);
  const legacyPaths = pathsOf(LEGACY_BASE_PATH, operations.filter(isLegacy));
  const isCurrent = (path: string) => path.startsWith(`${basePath}/`);
  const legacyAt = (path: string) => (isCurrent(path) ? undefined : pathAt(legacyPaths, path));

  /** Checks an answer that belongs to no operation: it is a problem. */
  function outsideFaults(answer: SeenAnswer): string[] {
    if (!OUTSIDE_OPERATIONS.includes(answer.status)) return ['is not a refusal'];
    const headers = { Allow: {}, 'Retry-After': {}, ...LEGACY_HEADERS, ...requestId };
    return [...headerFaults(headers, answer.headers), ...bodyFaults(problem, answer)];
  }

  function operationFaults({ id, object }: Operation, answer: SeenAnswer, legacyHeaders?: JsonObject): string[] {
    const response = objectAt(object, 'responses')[String(answer.status)];
    if (!isObject(response)) return [`is not documented for ${id}`];
    const content = objectAt(response, 'content');
    const different = headerFaults({ ...objectAt(response, 'headers'), ...legacyHeaders }, answer.headers);
    if (legacyHeaders !== undefined) return [...different, ...bodyFaults(legacyContent(content), answer)];
    return [...different, ...bodyFaults(content, answer), ...codeFaults(content, answer, id)];
  }

  function currentFaults(answer: SeenAnswer): string[] {
    const { method, path, status } = answer;
    const isDocument = SERVED_DOCUMENT.test(path.slice(basePath.length).replace(/\/$/, ''));
    if (isDocument && status === 200) return [];
    const known = pathAt(paths, path);
    const methods = isDocument ? ['GET', 'HEAD'] : methodsOf(known, path, paths);
    if (method === 'OPTIONS' && status === 204 && methods.length > 0) {
      return [
        ...allowFaults(answer, methods),
        ...headerFaults({ Allow: {}, ...requestId }, answer.headers),
        ...bodyFaults({}, answer),
      ];
    }
    const operation = operationFor(method, methods, known);
    if (operation !== undefined) return operationFaults(operation, answer);
    return [...(status === 405 ? allowFaults(answer, methods) : []), ...outsideFaults(answer)];
  }

  function legacyFaults(known: KnownPath, answer: SeenAnswer): string[] {
    const { headers, method, path, status } = answer;
    // The request guard refuses hosts, paths and TRACE before the version matters.
    if (headers.get('content-type')?.startsWith(PROBLEM) === true) return outsideFaults(answer);
    const successor = basePath + path.slice(LEGACY_BASE_PATH.length).replace(/\/$/, '');
    const own = { ...requestId, ...LEGACY_HEADERS };
    const deprecation = deprecationFaults(headers, successor);
    const methods = methodsOf(known, path, legacyPaths);
    const operation = operationFor(method, methods, known);
    if (status !== 410 && operation !== undefined) return [...deprecation, ...operationFaults(operation, answer, own)];
    const isOptions = method === 'OPTIONS' && status === 204;
    if (!isOptions && ![403, 405, 410].includes(status)) return ['is not a refusal'];
    return [
      ...deprecation,
      ...(isOptions || status === 405 ? allowFaults(answer, methods) : []),
      ...headerFaults({ Allow: {}, ...own }, headers),
      ...bodyFaults(isOptions ? {} : LEGACY_BODIES.detail, answer),
    ];
  }

  const check = (answer: SeenAnswer): string[] => {
    const { headers, method, path, status } = answer;
    const legacy = legacyAt(path);
    if (!isCurrent(path) && legacy === undefined) return [];
    if (status === PERMANENT_REDIRECT && headers.has('location')) return [];
    if (method === 'OPTIONS' && headers.has('access-control-allow-methods')) return [];
    const faults = legacy === undefined ? currentFaults(answer) : legacyFaults(legacy, answer);
    return faults.map((fault) => `${method} ${path}: ${status} ${fault}`);
  };
  return Object.assign(check, { covers: (path: string) => isCurrent(path) || legacyAt(path) !== undefined });
}

/** Returns the error codes of a response, which are the names of its examples; none for a success. */
function codesOf(content: JsonObject): string[] {
  return Object.keys(objectAt(objectAt(content, PROBLEM), 'examples'));
}

/** Compares the code of a problem with those documented for the operation and the status. */
function codeFaults(content: JsonObject, { body, method, status }: SeenAnswer, operation: string): string[] {
  const codes = codesOf(content);
  if (codes.length === 0 || method === 'HEAD') return [];
  const problem = parseJson(new TextDecoder().decode(body));
  const code = isObject(problem) ? textAt(problem, 'code') : '';
  return codes.includes(code) ? [] : [`has the code ${code || '(none)'}, which ${operation} has not for ${status}`];
}

/** A path of a document with its operations. */
interface KnownPath {
  pattern: RegExp;
  operations: readonly Operation[];
}

/** Returns the paths in the order in which they match: `{` sorts behind the characters of fixed steps. */
function pathsOf(basePath: string, operations: readonly Operation[]): readonly KnownPath[] {
  return [...Map.groupBy(operations, ({ path }) => path)]
    .toSorted(([one], [other]) => (one < other ? -1 : 1))
    .map(([path, atPath]) => ({ pattern: patternOf(basePath + path), operations: atPath }));
}

function pathAt(paths: readonly KnownPath[], path: string): KnownPath | undefined {
  const place = path.replace(/\/$/, '');
  return paths.find(({ pattern }) => pattern.test(place));
}

/**
 * Returns the methods of a path. A collection has no DELETE with a slash at its end: the id of an item may have got lost
 * there.
 */
function methodsOf(known: KnownPath | undefined, path: string, paths: readonly KnownPath[]): string[] {
  const lacksId = path.endsWith('/') && pathAt(paths, `${path}id`) !== undefined;
  return (known?.operations ?? [])
    .flatMap(({ method }) => (method === 'GET' ? ['GET', 'HEAD'] : [method]))
    .filter((method) => !(lacksId && method === 'DELETE'));
}

function operationFor(method: string, methods: readonly string[], known: KnownPath | undefined): Operation | undefined {
  if (!methods.includes(method)) return undefined;
  const sent = method === 'HEAD' ? 'GET' : method;
  return known?.operations.find((operation) => operation.method === sent);
}

/** Compares Allow with the methods of the path. The request guard, which knows no methods, refuses TRACE. */
function allowFaults({ headers, method }: SeenAnswer, methods: readonly string[]): string[] {
  const allow = headers.get('allow');
  if (allow === null) return ['has no header allow'];
  const expected = [...methods, 'OPTIONS'].toSorted().join(', ');
  if (method === 'TRACE' || allow.split(', ').toSorted().join(', ') === expected) return [];
  return [`has the header allow: ${allow}, but the methods are ${expected}`];
}

function deprecationFaults(headers: Headers, successor: string): string[] {
  const forms: [name: string, form: RegExp][] = [
    ['deprecation', /^@\d+$/],
    ['sunset', /^\w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT$/],
    ['link', /rel="successor-version".*rel="deprecation".*rel="sunset"/],
  ];
  const wrong = forms.filter(([name, form]) => !form.test(headers.get(name) ?? ''));
  const isLinked = headers.get('link')?.startsWith(`<${successor}>; rel="successor-version"`) === true;
  return [
    ...wrong.map(([name]) => `has the header ${name}: ${headers.get(name)}`),
    ...(isLinked ? [] : [`does not link its successor ${successor}`]),
  ];
}

/** Returns the content of a legacy answer: that of v1, but errors in the old bodies, by the codes of their examples. */
function legacyContent(content: JsonObject): JsonObject {
  if (!isObject(content[PROBLEM])) return content;
  const codes = codesOf(content);
  const successes = codes.filter((code) => SUCCESS_BODY_CODES.has(code));
  if (successes.length === 0) return LEGACY_BODIES.detail;
  return successes.length === codes.length ? LEGACY_BODIES.success : LEGACY_BODIES.either;
}

function patternOf(path: string): RegExp {
  const steps = path
    .split('/')
    .map((step) => (/^\{\w+\}$/.test(step) ? '[^/]+' : step.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`)));
  return new RegExp(`^${steps.join('/')}$`);
}
