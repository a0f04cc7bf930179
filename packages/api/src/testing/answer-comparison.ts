import { isObject, type JsonObject, objectAt, parseJson } from '../contract/document.ts';
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

/** Lists differences between an answer and what is documented of it. */
interface AnswerComparison {
  /** @param documented headers by name, as the responses of a document have them, without references */
  readonly headerFaults: (documented: JsonObject, headers: Headers) => string[];
  /** @param content media types by name, as the responses of a document have them; none for an answer without a body */
  readonly bodyFaults: (content: JsonObject, answer: SeenAnswer) => string[];
}

/** Compiles each schema once, so the same objects should be passed for each answer. */
export function createAnswerComparison(): AnswerComparison {
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

  return { headerFaults, bodyFaults };
}
