import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { isObject, type Json, type JsonObject } from './document.ts';

/**
 * Creates a check that lists how a value differs from a schema of an OpenAPI 3.1 document without references. Unlike the
 * document, which leaves room for members that later versions add, it takes only the members that a schema lists.
 */
export function createSchemaCheck(): (schema: JsonObject, value: Json) => string[] {
  const ajv = addFormats(new Ajv2020({ strict: false, allErrors: true, coerceTypes: false }));
  const validators = new Map<JsonObject, ValidateFunction>();
  return (schema, value) => {
    const validate = validators.get(schema) ?? ajv.compile(closed(schema));
    validators.set(schema, validate);
    validate(value);
    return (validate.errors ?? []).map(({ instancePath, message, params }) =>
      [instancePath || 'the body', message, JSON.stringify(params)].join(' '),
    );
  };
}

/** Returns a schema that takes only the members it lists. */
function closed(schema: JsonObject): JsonObject {
  const close = (value: Json | undefined): Json | undefined => {
    if (Array.isArray(value)) return (value as readonly Json[]).map((item) => close(item) ?? null);
    if (!isObject(value)) return value;
    const copy = Object.fromEntries(
      Object.entries(value)
        .filter(([name]) => name !== 'examples')
        .map(([name, member]) => [name, close(member)]),
    );
    return isObject(value['properties']) && copy['additionalProperties'] === undefined
      ? { ...copy, additionalProperties: false }
      : copy;
  };
  const made = close(schema);
  return isObject(made) ? made : {};
}
