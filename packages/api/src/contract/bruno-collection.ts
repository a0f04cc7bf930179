import { stringifyCollection, stringifyEnvironment, stringifyFolder, stringifyRequest } from '@usebruno/filestore';
import {
  exampleOf,
  isObject,
  type Json,
  type JsonObject,
  listAt,
  type Operation,
  objectAt,
  operationsOf,
  type Place,
  parametersIn,
  textAt,
  textsAt,
} from './document.ts';

/** The format of collections that Bruno writes since version 3; all later versions read it. */
const FORMAT = { format: 'yml' } as const;
/** A local server, which `npm start` serves. */
const SERVER = 'http://localhost:3000/api/v1';

/**
 * Returns the files of a Bruno collection by their paths in its folder: a request for each operation of a document, in a
 * folder for each tag, with the examples of the document. The environment has the address of the API and the token.
 */
export function brunoCollection(document: JsonObject): ReadonlyMap<string, string> {
  const info = objectAt(document, 'info');
  const operations = operationsOf(document);
  const defaults = {
    request: { auth: { mode: 'bearer', bearer: { token: '{{token}}' } } },
    docs: textAt(info, 'description'),
  };
  const settings = { name: textAt(info, 'title'), version: textAt(info, 'version') };
  const variables = [
    { name: 'baseUrl', value: SERVER, type: 'text', enabled: true, secret: false },
    { name: 'token', value: '', type: 'text', enabled: true, secret: true },
  ];
  return new Map([
    ['opencollection.yml', stringifyCollection(defaults, settings, FORMAT)],
    ['environments/local.yml', stringifyEnvironment({ name: 'local', variables }, FORMAT)],
    ...listAt(document, 'tags')
      .filter(isObject)
      .flatMap((tag, index) => folderOf(tag, index + 1, operations)),
  ]);
}

/** Returns the files of a tag: its folder with its requests, in the order of the document. */
function folderOf(tag: JsonObject, seq: number, operations: readonly Operation[]): [path: string, text: string][] {
  const name = textAt(tag, 'name');
  const folder = { meta: { name, seq }, request: { auth: { mode: 'inherit' } }, docs: textAt(tag, 'description') };
  const requests = operations.filter(({ object }) => textsAt(object, 'tags').includes(name));
  return [
    [`${name}/folder.yml`, stringifyFolder(folder, FORMAT)],
    ...requests.map((operation, index): [string, string] => [
      `${name}/${operation.id}.yml`,
      stringifyRequest(requestOf(operation, index + 1), FORMAT),
    ]),
  ];
}

function requestOf(operation: Operation, seq: number) {
  const { method, object, path } = operation;
  const isPublic = listAt(object, 'security').length === 0;
  return {
    type: 'http-request',
    name: textAt(object, 'summary'),
    seq,
    request: {
      method,
      url: `{{baseUrl}}${path.replaceAll(/\{(\w+)\}/g, ':$1')}`,
      params: [...valuesIn('path', operation), ...valuesIn('query', operation)],
      headers: valuesIn('header', operation),
      auth: { mode: isPublic ? 'none' : 'inherit' },
      body: bodyOf(objectAt(objectAt(object, 'requestBody'), 'content')),
      docs: textAt(object, 'description'),
      ...(givesToken(object) && { script: { res: "bru.setEnvVar('token', res.body.access_token);" } }),
    },
  };
}

/** Whether the answer holds an access token, which the requests after it send. */
function givesToken(operation: JsonObject): boolean {
  const content = objectAt(objectAt(objectAt(operation, 'responses'), '200'), 'content');
  const schema = objectAt(objectAt(content, 'application/json'), 'schema');
  return textsAt(schema, 'required').includes('access_token');
}

/** Lists the parameters of a place with their examples. Those that are not required are switched off. */
function valuesIn(place: Place, operation: Operation) {
  return parametersIn(operation, place).map((parameter) => ({
    name: textAt(parameter, 'name'),
    value: asText(exampleOf(parameter) ?? ''),
    type: place,
    enabled: parameter['required'] === true,
    description: textAt(parameter, 'description'),
  }));
}

const asText = (value: Json): string => (typeof value === 'string' ? value : JSON.stringify(value));

function bodyOf(content: JsonObject) {
  const [json, form] = [objectAt(content, 'application/json'), objectAt(content, 'multipart/form-data')];
  if (json['example'] !== undefined) return { mode: 'json', json: JSON.stringify(json['example'], undefined, 2) };
  if (form['example'] === undefined) return { mode: 'none' };
  return { mode: 'multipartForm', multipartForm: fieldsOf(objectAt(form, 'schema'), objectAt(form, 'example')) };
}

/** A field of a form as Bruno keeps it; the value of a file is a list of paths. */
interface FormField {
  name: string;
  type: 'text' | 'file';
  value: string | readonly string[];
  enabled: boolean;
  description: string;
}

/**
 * Lists the fields of a form with their examples. Files are to be chosen, a list is a field for each item, and fields
 * that are not required are switched off.
 */
function fieldsOf(schema: JsonObject, example: JsonObject): FormField[] {
  const properties = objectAt(schema, 'properties');
  const required = textsAt(schema, 'required');
  return Object.keys(properties).flatMap((name): FormField[] => {
    const property = objectAt(properties, name);
    const field = { name, enabled: required.includes(name), description: textAt(property, 'description') };
    if (textAt(objectAt(property, 'items'), 'format') === 'binary') return [{ ...field, type: 'file', value: [] }];
    const values = Array.isArray(example[name]) ? listAt(example, name) : [example[name] ?? ''];
    return values.map((value) => ({ ...field, type: 'text', value: asText(value) }));
  });
}
