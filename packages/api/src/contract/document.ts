import { readFileSync } from 'node:fs';

/** A JSON value in a document. */
export type Json = string | number | boolean | null | readonly Json[] | JsonObject;
export interface JsonObject {
  readonly [name: string]: Json | undefined;
}

export function parseJson(text: string): Json {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- JSON.parse returns nothing else
  return JSON.parse(text) as Json;
}

export function parseObject(text: string): JsonObject {
  const value = parseJson(text);
  if (!isObject(value)) throw new Error('This JSON is no object');
  return value;
}

/** Reads a JSON file of this package, such as a committed document, by its path in it. */
export function readDocument(path: string): JsonObject {
  return parseObject(readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8'));
}

export function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Returns a member that is an object; an empty one if there is none. */
export function objectAt(object: JsonObject, name: string): JsonObject {
  const value = object[name];
  return isObject(value) ? value : {};
}

/** Returns a member that is a text; an empty one if there is none. */
export function textAt(object: JsonObject, name: string): string {
  const value = object[name];
  return typeof value === 'string' ? value : '';
}

/** Returns a member that is a list of texts, without the items that are none. */
export function textsAt(object: JsonObject, name: string): readonly string[] {
  return listAt(object, name).filter((item) => typeof item === 'string');
}

/** Returns a member that is a list; an empty one if there is none. */
export function listAt(object: JsonObject, name: string): readonly Json[] {
  const value = object[name];
  return Array.isArray(value) ? (value as readonly Json[]) : [];
}

/** Replaces every reference of a document, none of which may lead back to itself, by its target. */
export function withoutReferences(document: JsonObject): JsonObject {
  const targetOf = (reference: string): Json | undefined =>
    reference
      .split('/')
      .slice(1)
      .reduce<Json | undefined>((at, step) => (isObject(at) ? at[step] : undefined), document);
  const resolve = (value: Json | undefined): Json | undefined => {
    if (Array.isArray(value)) return (value as readonly Json[]).map((item) => resolve(item) ?? null);
    if (!isObject(value)) return value;
    if (typeof value['$ref'] === 'string') return resolve(targetOf(value['$ref']));
    return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, resolve(member)]));
  };
  const resolved = resolve(document);
  return isObject(resolved) ? resolved : {};
}

/** One operation of a document without references. */
export interface Operation {
  /** In upper case. */
  method: string;
  path: string;
  id: string;
  /** The operation as the document has it. */
  object: JsonObject;
}

const METHODS = ['get', 'post', 'put', 'patch', 'delete'] as const;

/** Lists the operations of a document, all references replaced. */
export function operationsOf(document: JsonObject): Operation[] {
  const paths = objectAt(withoutReferences(document), 'paths');
  return Object.keys(paths).flatMap((path) =>
    METHODS.flatMap((method) => {
      const object = objectAt(paths, path)[method];
      return isObject(object)
        ? [{ method: method.toUpperCase(), path, id: textAt(object, 'operationId'), object }]
        : [];
    }),
  );
}

/** Where a parameter is sent. */
export type Place = 'path' | 'query' | 'header';

/** Lists the parameters of an operation that are sent in one place. */
export function parametersIn({ object }: Operation, place: Place): JsonObject[] {
  return listAt(object, 'parameters')
    .filter(isObject)
    .filter((parameter) => parameter['in'] === place);
}

/** Returns the example of a parameter or a header, which may stand in its schema: in a list, but in 3.0 by itself. */
export function exampleOf(described: JsonObject): Json | undefined {
  const schema = objectAt(described, 'schema');
  const [example = described['example'] ?? schema['example']] = listAt(schema, 'examples');
  return example;
}
