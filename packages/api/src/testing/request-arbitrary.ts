import {
  type Arbitrary,
  array,
  boolean,
  constant,
  constantFrom,
  dictionary,
  double,
  emailAddress,
  integer,
  jsonValue,
  oneof,
  record,
  string,
  tuple,
  uint8Array,
  uuid,
} from 'fast-check';
import {
  isObject,
  type Json,
  type JsonObject,
  listAt,
  type Operation,
  objectAt,
  textAt,
  textsAt,
} from '../contract/document.ts';

/** A request as it is sent. */
export interface DrawnRequest {
  method: string;
  /** Path and query under the base path of the API. */
  target: string;
  headers: Readonly<Record<string, string>>;
  body: Buffer;
}

interface DrawnBody {
  contentType: string;
  bytes: Buffer;
}

/** A list of fields; a field with several values is repeated. */
type Fields = readonly (readonly [name: string, value: Json])[];

const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'];
const JSON_TYPE = 'application/json';

/** Draws values that fit a schema without references. */
function valuesOf(schema: JsonObject): Arbitrary<Json> {
  const examples = listAt(schema, 'examples').map((example) => constant(example));
  return oneof(...examples, ...examples, generated(schema));
}

function generated(schema: JsonObject): Arbitrary<Json> {
  const bound = (name: string, otherwise: number) => (typeof schema[name] === 'number' ? schema[name] : otherwise);
  if (schema['enum'] !== undefined) return constantFrom(...listAt(schema, 'enum'));
  switch (schema['type']) {
    case 'boolean':
      return boolean();
    case 'integer':
      return integer({ min: bound('minimum', 0), max: bound('maximum', 1_000) });
    case 'number':
      return double({ min: bound('minimum', -1e6), max: bound('maximum', 1e6), noNaN: true });
    case 'array': {
      const items = valuesOf(objectAt(schema, 'items'));
      return array(items, { minLength: bound('minItems', 0), maxLength: Math.min(5, bound('maxItems', 5)) });
    }
    case 'object':
      return objectsOf(schema);
    default: {
      if (schema['format'] === 'email') return emailAddress();
      if (schema['format'] === 'uuid') return uuid();
      const minLength = bound('minLength', 0);
      return string({
        unit: 'grapheme',
        minLength,
        maxLength: Math.max(minLength, Math.min(40, bound('maxLength', 40))),
      });
    }
  }
}

function objectsOf(schema: JsonObject): Arbitrary<JsonObject> {
  const properties = objectAt(schema, 'properties');
  const members = Object.keys(properties).map((name) => [name, valuesOf(objectAt(properties, name))] as const);
  const requiredKeys = [...textsAt(schema, 'required')];
  return record(Object.fromEntries(members), { requiredKeys });
}

/** Draws bodies of an operation: valid ones, and broken ones of all kinds. */
function bodiesOf(operation: Operation): Arbitrary<DrawnBody> {
  const content = objectAt(objectAt(operation.object, 'requestBody'), 'content');
  const empty = constant({ contentType: JSON_TYPE, bytes: Buffer.alloc(0) });
  const bodies = Object.keys(content).flatMap((mediaType) => {
    const schema = objectAt(objectAt(content, mediaType), 'schema');
    return mediaType === JSON_TYPE ? jsonBodies(schema) : uploads(schema);
  });
  return bodies.length === 0 ? empty : oneof(...bodies, broken(oneof(...bodies)));
}

const asJson = (value: Json): DrawnBody => ({ contentType: JSON_TYPE, bytes: Buffer.from(JSON.stringify(value)) });

function jsonBodies(schema: JsonObject): Arbitrary<DrawnBody>[] {
  const examples = listAt(schema, 'examples').filter(isObject);
  const valid = oneof(objectsOf(schema), ...examples.map((example) => constant(example)));
  const changes = dictionary(oneof(constantFrom(...Object.keys(objectAt(schema, 'properties'))), string()), anything, {
    maxKeys: 2,
  });
  return [
    valid.map(asJson),
    valid.map(asJson),
    tuple(valid, changes).map(([value, others]) => asJson({ ...value, ...others })),
    anything.map(asJson),
  ];
}

const anything = jsonValue({ maxDepth: 3 }) as Arbitrary<Json>;

/** Bytes of a part, of which the API under test looks at no more than their number. */
const photo = oneof(uint8Array({ minLength: 1, maxLength: 64 }), uint8Array({ maxLength: 2 })).map((bytes) =>
  Buffer.from(bytes).toString('latin1'),
);

function uploads(schema: JsonObject): Arbitrary<DrawnBody>[] {
  const properties = objectAt(schema, 'properties');
  const valid = objectsOf(schema).map((value) => fieldsOf(value));
  const name = oneof(constantFrom(...Object.keys(properties)), string({ maxLength: 20 }));
  const others = array(tuple(name, oneof(string(), anything)), { maxLength: 3 });
  const photos = array(photo, { maxLength: 6 });
  const withPhotos = (fields: Fields, bytes: readonly string[], boundary = 'field') =>
    upload(
      [...bytes.map((each) => ['image', each] as const), ...fields.filter(([field]) => field !== 'image')],
      boundary,
    );
  return [
    tuple(valid, photo).map(([fields, bytes]) =>
      withPhotos(
        fields.filter(([field]) => field !== 'organs'),
        [bytes],
      ),
    ),
    tuple(valid, photos).map(([fields, bytes]) => withPhotos(fields, bytes)),
    tuple(valid, photos, others).map(([fields, bytes, more]) => withPhotos([...fields, ...more], bytes)),
    tuple(valid, photos, string()).map(([fields, bytes, boundary]) => withPhotos(fields, bytes, boundary)),
  ];
}

function fieldsOf(value: JsonObject): Fields {
  return Object.entries(value).flatMap(([name, member]) =>
    Array.isArray(member)
      ? (member as readonly Json[]).map((item) => [name, item] as const)
      : [[name, member ?? null] as const],
  );
}

function upload(fields: Fields, boundary: string): DrawnBody {
  const parts = fields.flatMap(([name, value]) => {
    const file = name === 'image' ? '; filename="photo.jpg"\r\nContent-Type: image/jpeg' : '';
    const text = typeof value === 'string' ? value : JSON.stringify(value);
    const head = `--${boundary}\r\nContent-Disposition: form-data; name="${name}"${file}\r\n\r\n`;
    return [Buffer.from(head), Buffer.from(text, name === 'image' ? 'latin1' : 'utf8'), Buffer.from('\r\n')];
  });
  const bytes = Buffer.concat([...parts, Buffer.from(`--${boundary}--\r\n`)]);
  return { contentType: `multipart/form-data; boundary=${boundary}`, bytes };
}

/** Cuts bodies off, changes a byte, or gives them another Content-Type. */
function broken(bodies: Arbitrary<DrawnBody>): Arbitrary<DrawnBody> {
  const at = integer({ min: 0, max: 400 });
  const mediaType = oneof(
    constantFrom('', JSON_TYPE, 'text/plain', 'multipart/form-data', 'multipart/form-data; boundary=x'),
    string(),
  );
  return oneof(
    tuple(bodies, at).map(([body, end]) => ({ ...body, bytes: body.bytes.subarray(0, end) })),
    tuple(bodies, at, integer({ min: 0, max: 255 })).map(([body, position, byte]) => {
      const bytes = Buffer.from(body.bytes);
      if (position < bytes.length) bytes[position] = byte;
      return { ...body, bytes };
    }),
    tuple(bodies, mediaType).map(([body, contentType]) => ({ ...body, contentType })),
  );
}

/** Draws the values of parameters: mostly valid, else any text. */
function parametersOf(operation: Operation, place: 'path' | 'query' | 'header'): Arbitrary<Record<string, string>> {
  const parameters = listAt(operation.object, 'parameters').filter(isObject);
  const here = parameters.filter((parameter) => parameter['in'] === place);
  const values = here.map((parameter) => {
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

/** Headers that decide who asks and from where. */
const callers = record(
  {
    Authorization: oneof(
      constantFrom('Bearer anna', 'Bearer ada', 'Bearer', 'Basic YTpi'),
      string().map((token) => `Bearer ${token}`),
    ),
    Cookie: constantFrom('session=anna', 'session=berta', 'session=', 'a=b'),
    'Sec-Fetch-Site': constantFrom('same-origin', 'cross-site', 'none', ''),
    Origin: constantFrom('http://localhost:3000', 'https://other.example', 'null'),
    'X-Request-Id': oneof(uuid(), string()),
    'User-Agent': string(),
  },
  { requiredKeys: [] },
);

/** A header value may hold visible ASCII, spaces and Latin-1 only; Node refuses to send others. */
const headerValue = (value: string) => value.replaceAll(/[^\t\x20-\x7e\x80-\xff]/g, '?');

/** Draws requests of an operation, valid and broken; some have another method. */
function requestsOf(operation: Operation): Arbitrary<DrawnRequest> {
  const method = oneof(
    { weight: 12, arbitrary: constant(operation.method) },
    { weight: 1, arbitrary: constantFrom(...METHODS) },
  );
  const parts = tuple(
    method,
    parametersOf(operation, 'path'),
    tuple(parametersOf(operation, 'query'), dictionary(string(), string(), { maxKeys: 1 })),
    tuple(callers, parametersOf(operation, 'header')),
    bodiesOf(operation),
  );
  return parts.map(([verb, path, [query, more], [caller, own], { bytes, contentType }]) => {
    const filled = operation.path.replaceAll(/\{(\w+)\}/g, (_all, name: string) =>
      encodeURIComponent(wellFormed(path[name] ?? '')),
    );
    const search = new URLSearchParams({ ...more, ...query }).toString();
    const hasBody = verb !== 'GET' && verb !== 'HEAD';
    const headers = { ...caller, ...own, ...(hasBody && { 'Content-Type': contentType }) };
    return {
      method: verb,
      target: filled + (search === '' ? '' : `?${search}`),
      headers: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, headerValue(value)])),
      body: hasBody ? bytes : Buffer.alloc(0),
    };
  });
}

/** A half of a surrogate pair cannot be part of a URL. */
const wellFormed = (text: string) => Buffer.from(text).toString();

/** Draws requests to all operations of a document. */
export function requestsTo(operations: readonly Operation[]): Arbitrary<DrawnRequest> {
  return oneof(...operations.map(requestsOf));
}
