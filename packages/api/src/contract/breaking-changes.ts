import {
  isObject,
  type Json,
  type JsonObject,
  listAt,
  type Operation,
  objectAt,
  operationsOf,
  textAt,
  textsAt,
} from './document.ts';

/**
 * Lists the changes between two documents that break clients of the older one: what it takes away, what it demands in
 * addition, values in answers that clients do not know, and values that they wait for in vain. v1 may add operations,
 * optional parameters and members of answers. A bound that the older document has in words only may become one of the
 * schema: that corrects the document.
 */
export function breakingChanges(older: JsonObject, newer: JsonObject): string[] {
  const now = new Map(operationsOf(newer).map((operation) => [keyOf(operation), operation]));
  return operationsOf(older).flatMap((before) => {
    const after = now.get(keyOf(before));
    const changes = after === undefined ? ['is gone'] : operationChanges(before, after);
    return changes.map((change) => `${keyOf(before)} ${change}`);
  });
}

const keyOf = ({ method, path }: Operation): string => `${method} ${path}`;

function operationChanges(before: Operation, after: Operation): string[] {
  return [
    ...(before.id === after.id ? [] : [`has the operationId ${after.id} instead of ${before.id}`]),
    ...securityChanges(before.object, after.object),
    ...parameterChanges(before.object, after.object),
    ...bodyChanges(objectAt(before.object, 'requestBody'), objectAt(after.object, 'requestBody')),
    ...responseChanges(objectAt(before.object, 'responses'), objectAt(after.object, 'responses')),
  ];
}

/** Each alternative must stay. An operation without alternatives needs no credentials. */
function securityChanges(before: JsonObject, after: JsonObject): string[] {
  const alternatives = (operation: JsonObject) => listAt(operation, 'security').map((scheme) => JSON.stringify(scheme));
  const [old, current] = [alternatives(before), alternatives(after)];
  if (current.length === 0) return [];
  if (old.length === 0) return ['needs credentials'];
  return old.filter((scheme) => !current.includes(scheme)).map((scheme) => `no longer accepts ${scheme}`);
}

function parameterChanges(before: JsonObject, after: JsonObject): string[] {
  const byName = (operation: JsonObject) =>
    new Map(
      listAt(operation, 'parameters')
        .filter(isObject)
        .map((parameter) => [`${textAt(parameter, 'in')} parameter ${textAt(parameter, 'name')}`, parameter]),
    );
  const [old, current] = [byName(before), byName(after)];
  const gone = [...old.keys()].filter((name) => !current.has(name)).map((name) => `has no ${name} any more`);
  const changed = [...current].flatMap(([name, parameter]) => {
    const former = old.get(name);
    const isRequired = parameter['required'] === true && former?.['required'] !== true;
    return [
      ...(isRequired ? [`requires the ${name}`] : []),
      ...(former === undefined ? [] : narrowed(objectAt(former, 'schema'), objectAt(parameter, 'schema'), name)),
    ];
  });
  return [...gone, ...changed];
}

function bodyChanges(before: JsonObject, after: JsonObject): string[] {
  const required = after['required'] === true && before['required'] !== true ? ['requires a body'] : [];
  const [old, current] = [objectAt(before, 'content'), objectAt(after, 'content')];
  return [
    ...required,
    ...Object.keys(old).flatMap((mediaType) =>
      current[mediaType] === undefined
        ? [`no longer takes ${mediaType}`]
        : narrowed(
            objectAt(objectAt(old, mediaType), 'schema'),
            objectAt(objectAt(current, mediaType), 'schema'),
            'body',
          ),
    ),
  ];
}

function responseChanges(before: JsonObject, after: JsonObject): string[] {
  return Object.keys(before).flatMap((status) => {
    if (after[status] === undefined) return [`no longer answers ${status}`];
    const [old, current] = [objectAt(before, status), objectAt(after, status)];
    return [...headerChanges(old, current), ...contentChanges(old, current)].map((change) => `${status}: ${change}`);
  });
}

function headerChanges(before: JsonObject, after: JsonObject): string[] {
  const [old, current] = [objectAt(before, 'headers'), objectAt(after, 'headers')];
  return Object.keys(old).flatMap((name) => {
    if (current[name] === undefined) return [`has no header ${name} any more`];
    const [header, now] = [objectAt(old, name), objectAt(current, name)];
    const isOptional = header['required'] === true && now['required'] !== true;
    return [
      ...(isOptional ? [`does not always have the header ${name}`] : []),
      ...widened(objectAt(header, 'schema'), objectAt(now, 'schema'), `header ${name}`),
    ];
  });
}

function contentChanges(before: JsonObject, after: JsonObject): string[] {
  const [old, current] = [objectAt(before, 'content'), objectAt(after, 'content')];
  return Object.keys(old).flatMap((mediaType) =>
    current[mediaType] === undefined
      ? [`is no longer ${mediaType}`]
      : widened(objectAt(objectAt(old, mediaType), 'schema'), objectAt(objectAt(current, mediaType), 'schema'), 'body'),
  );
}

/** Schema keywords that bound values from below and from above. */
const LOWER = ['minimum', 'exclusiveMinimum', 'minLength', 'minItems'];
const UPPER = ['maximum', 'exclusiveMaximum', 'maxLength', 'maxItems'];

/** Lists why a value that fits the schema `before` may not fit `after`: for what clients send. */
function narrowed(before: JsonObject, after: JsonObject, at: string): string[] {
  const [old, current] = [objectAt(before, 'properties'), objectAt(after, 'properties')];
  const required = textsAt(after, 'required').filter((name) => !textsAt(before, 'required').includes(name));
  const refused = after['additionalProperties'] === false ? Object.keys(old).filter((name) => !(name in current)) : [];
  return [
    ...sameKind(before, after, at),
    ...required.map((name) => `${at}/${name} is required`),
    ...refused.map((name) => `${at}/${name} is refused`),
    ...missingValues(before, after).map((value) => `${at} no longer takes ${value}`),
    ...LOWER.filter((bound) => numberAt(after, bound, -Infinity) > numberAt(before, bound, -Infinity))
      .concat(UPPER.filter((bound) => numberAt(after, bound, Infinity) < numberAt(before, bound, boundInWords(before))))
      .map((bound) => `${at} has a narrower ${bound}`),
    ...inside(before, after, at, narrowed),
  ];
}

/** Matches an upper bound in words. One with a condition, such as "without the white space around them", is none. */
const AT_MOST = /\bat most (?<bound>\d+)(?: characters)?(?:[.;]|$)/i;

/** Returns the upper bound that a schema has in its description alone; infinity if there is none. */
function boundInWords(schema: JsonObject): number {
  return Number(AT_MOST.exec(textAt(schema, 'description'))?.groups?.['bound'] ?? Infinity);
}

/**
 * Lists why a value that fits the schema `after` may not fit `before`, and which values of an `enum` it never has any
 * more: for what clients read.
 */
function widened(before: JsonObject, after: JsonObject, at: string): string[] {
  const current = objectAt(after, 'properties');
  const gone = Object.keys(objectAt(before, 'properties')).filter((name) => !(name in current));
  const optional = textsAt(before, 'required').filter(
    (name) => !textsAt(after, 'required').includes(name) && !gone.includes(name),
  );
  return [
    ...sameKind(before, after, at),
    ...gone.map((name) => `${at}/${name} is gone`),
    ...optional.map((name) => `${at}/${name} may be absent`),
    ...missingValues(after, before)
      .filter(() => !at.endsWith('/code'))
      .map((value) => `${at} may be ${value}`),
    ...(before['enum'] === undefined ? [] : missingValues(before, after)).map((value) => `${at} is never ${value} now`),
    ...inside(before, after, at, widened),
  ];
}

function sameKind(before: JsonObject, after: JsonObject, at: string): string[] {
  return ['type', 'format', 'pattern', 'const']
    .filter((keyword) => JSON.stringify(before[keyword]) !== JSON.stringify(after[keyword]))
    .map(
      (keyword) =>
        `${at} has the ${keyword} ${JSON.stringify(after[keyword])} instead of ${JSON.stringify(before[keyword])}`,
    );
}

/** Returns the values of the first schema's `enum` that the second does not have. A schema without one has all values. */
function missingValues(first: JsonObject, second: JsonObject): string[] {
  if (second['enum'] === undefined) return [];
  if (first['enum'] === undefined) return ['every value'];
  const allowed = listAt(second, 'enum');
  return listAt(first, 'enum')
    .filter((value) => !allowed.includes(value))
    .map((value) => JSON.stringify(value));
}

function numberAt(schema: JsonObject, keyword: string, otherwise: number): number {
  const value: Json | undefined = schema[keyword];
  return typeof value === 'number' ? value : otherwise;
}

/** Compares the members that both schemas have, and their items. */
function inside(before: JsonObject, after: JsonObject, at: string, compare: typeof narrowed): string[] {
  const [old, current] = [objectAt(before, 'properties'), objectAt(after, 'properties')];
  const members = Object.keys(old)
    .filter((name) => name in current)
    .flatMap((name) => compare(objectAt(old, name), objectAt(current, name), `${at}/${name}`));
  const items = isObject(before['items']) ? compare(before['items'], objectAt(after, 'items'), `${at}/*`) : [];
  return [...members, ...items];
}
