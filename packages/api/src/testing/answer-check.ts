import {
  isObject,
  type JsonObject,
  type Operation,
  objectAt,
  operationsOf,
  parseJson,
  withoutReferences,
} from '../contract/document.ts';
import { createSchemaCheck } from '../contract/schema-check.ts';

/** The answer to one request, as a client saw it. */
export interface SeenAnswer {
  method: string;
  /** Path of the request, without its query. */
  path: string;
  status: number;
  headers: Headers;
  body: Uint8Array;
}

/**
 * Headers that answers may have without being documented: those of HTTP itself (RFC 9110, also hop by hop), those of the
 * framework, and those that the request guard gives every answer of the server, pages included. No other header is
 * exempt.
 */
const UNDOCUMENTED_HEADERS = new Set([
  'cache-control',
  'connection',
  'content-encoding',
  'content-length',
  'content-type',
  'date',
  'keep-alive',
  'transfer-encoding',
  'vary',
  'access-control-allow-credentials',
  'access-control-allow-origin',
  'access-control-expose-headers',
  'content-security-policy',
  'cross-origin-opener-policy',
  'cross-origin-resource-policy',
  'permissions-policy',
  'referrer-policy',
  'strict-transport-security',
  'x-content-type-options',
  'x-frame-options',
]);

/** With a Location, the redirect of the request guard to https, which answers before the API, on every path. */
const PERMANENT_REDIRECT = 308;
/** Statuses of answers to requests that fit no operation: host and origin, path, method, and faults of ours. */
const OUTSIDE_OPERATIONS = [400, 403, 404, 405, 500, 503];
const PROBLEM = 'application/problem+json';
/** The served documents, which are no operations of the API. */
const SERVED_DOCUMENT = /^\/openapi(?:-3\.0)?\.json$/;

/**
 * Creates a check that lists how an answer differs from an OpenAPI 3.1 document: an undocumented status, header, media
 * type or member, a missing one, a value outside its schema. Answers of other paths than the API's fit.
 * @param basePath of the API, without a slash at its end
 */
export function createAnswerCheck(document: JsonObject, basePath: string): (answer: SeenAnswer) => string[] {
  const operations = operationsOf(document).map((operation) => ({ operation, pattern: patternOf(operation.path) }));
  const components = objectAt(withoutReferences(document), 'components');
  const problem = objectAt(objectAt(components, 'schemas'), 'Problem');
  const faults = createSchemaCheck();

  function bodyFaults(content: JsonObject, { body, headers, method }: SeenAnswer): string[] {
    const mediaType = headers.get('content-type')?.split(';')[0]?.trim() ?? '';
    if (Object.keys(content).length === 0) return body.length === 0 ? [] : ['has a body'];
    const described = content[mediaType];
    if (!isObject(described)) return [`has the media type ${mediaType || '(none)'}`];
    if (method === 'HEAD' || !mediaType.endsWith('json')) return [];
    return faults(objectAt(described, 'schema'), parseJson(new TextDecoder().decode(body)));
  }

  function headerFaults(documented: JsonObject, headers: Headers): string[] {
    const known = new Map(Object.keys(documented).map((name) => [name.toLowerCase(), objectAt(documented, name)]));
    const unknown = [...headers.keys()].filter((name) => !known.has(name) && !UNDOCUMENTED_HEADERS.has(name));
    const wrong = [...known].flatMap(([name, { required, schema }]) => {
      const value = headers.get(name);
      if (value === null) return required === true ? [`has no header ${name}`] : [];
      const isNumber = isObject(schema) && schema['type'] === 'integer';
      const found = faults(isObject(schema) ? schema : {}, isNumber ? Number(value) : value);
      return found.map((fault) => `has the header ${name}: ${value}, whose value ${fault}`);
    });
    return [...unknown.map((name) => `has the undocumented header ${name}`), ...wrong];
  }

  function answerFaults(operation: Operation, answer: SeenAnswer): string[] {
    const responses = objectAt(operation.object, 'responses');
    const response = responses[String(answer.status)];
    if (!isObject(response)) return [`is not documented for ${operation.id}`];
    return [
      ...headerFaults(objectAt(response, 'headers'), answer.headers),
      ...bodyFaults(objectAt(response, 'content'), answer),
    ];
  }

  /** Checks an answer that belongs to no operation: it is a problem. */
  function outsideFaults(answer: SeenAnswer): string[] {
    if (!OUTSIDE_OPERATIONS.includes(answer.status)) return ['is not a refusal'];
    const allow = answer.status === 405 && !answer.headers.has('allow') ? ['has no header allow'] : [];
    return [...allow, ...bodyFaults({ [PROBLEM]: { schema: problem } }, answer)];
  }

  return (answer) => {
    const { method, path, status } = answer;
    if (!path.startsWith(`${basePath}/`) || method === 'OPTIONS') return [];
    if (status === PERMANENT_REDIRECT && answer.headers.has('location')) return [];
    const place = path.slice(basePath.length).replace(/\/$/, '');
    if (SERVED_DOCUMENT.test(place) && status === 200) return [];
    const sent = method === 'HEAD' ? 'GET' : method;
    const found = operations.find(
      ({ operation, pattern }) =>
        operation.method === sent &&
        pattern.test(place) &&
        // A collection has no DELETE with a slash at its end: the id of an item may have got lost there.
        !(method === 'DELETE' && path.endsWith('/') && status === 405),
    );
    const described = found === undefined ? outsideFaults(answer) : answerFaults(found.operation, answer);
    return described.map((fault) => `${method} ${path}: ${status} ${fault}`);
  };
}

function patternOf(path: string): RegExp {
  const steps = path
    .split('/')
    .map((step) => (/^\{\w+\}$/.test(step) ? '[^/]+' : step.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`)));
  return new RegExp(`^${steps.join('/')}$`);
}
