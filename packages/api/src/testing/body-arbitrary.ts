import { makePng } from '@plantcommunity/identification/testing/make-png';
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
  textsAt,
} from '../contract/document.ts';

/** A body as it is sent. */
export interface DrawnBody {
  contentType: string;
  bytes: Buffer;
}

/** A list of fields; a field with several values is repeated. */
type Fields = readonly (readonly [name: string, value: Json])[];

const JSON_TYPE = 'application/json';
const EMPTY: DrawnBody = { contentType: JSON_TYPE, bytes: Buffer.alloc(0) };

/** Draws values that fit a schema without references. */
export function valuesOf(schema: JsonObject): Arbitrary<Json> {
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
export function bodiesOf(operation: Operation): Arbitrary<DrawnBody> {
  const content = objectAt(objectAt(operation.object, 'requestBody'), 'content');
  const bodies = Object.keys(content).flatMap((mediaType) => {
    const schema = objectAt(objectAt(content, mediaType), 'schema');
    return mediaType === JSON_TYPE ? jsonBodies(schema) : uploads(schema);
  });
  return bodies.length === 0 ? constant(EMPTY) : oneof(...bodies, broken(oneof(...bodies)));
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

const side = integer({ min: 1, max: 64 });

/** A photo that can be identified, as Latin-1. */
const picture = tuple(side, side).map(([width, height]) => makePng({ width, height }).toString('latin1'));

/** A photo with some other bytes. */
const damaged = tuple(
  picture,
  array(tuple(integer({ min: 0, max: 80 }), uint8Array({ maxLength: 4 })), { minLength: 1 }),
).map(([bytes, changes]) => changes.reduce((changed, [at, others]) => withBytesAt(changed, at, others), bytes));

function withBytesAt(text: string, at: number, bytes: Uint8Array): string {
  return text.slice(0, at) + Buffer.from(bytes).toString('latin1') + text.slice(at + bytes.length);
}

/** The content of a file. */
const photo = oneof(
  picture,
  damaged,
  uint8Array({ maxLength: 64 }).map((bytes) => Buffer.from(bytes).toString('latin1')),
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
    const file = name === 'image' ? '; filename="photo.png"\r\nContent-Type: image/png' : '';
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

/** Draws the examples of an operation's bodies; files have other bytes each time. */
export function exampleBodies(operation: Operation): Arbitrary<DrawnBody> {
  const content = objectAt(objectAt(operation.object, 'requestBody'), 'content');
  const [json, form] = [objectAt(content, JSON_TYPE), objectAt(content, 'multipart/form-data')];
  if (json['example'] !== undefined) return constant(asJson(json['example']));
  if (form['example'] === undefined) return constant(EMPTY);
  const { image, ...others } = objectAt(form, 'example');
  const count = Array.isArray(image) ? image.length : 1;
  return array(picture, { minLength: count, maxLength: count }).map((photos) =>
    upload([...photos.map((bytes) => ['image', bytes] as const), ...fieldsOf(others)], 'field'),
  );
}
