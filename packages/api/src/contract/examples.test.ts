import { describe, expect, it } from 'vitest';
import {
  exampleOf,
  isObject,
  type Json,
  type JsonObject,
  listAt,
  objectAt,
  operationsOf,
  readDocument,
  textAt,
} from './document.ts';
import { createSchemaCheck } from './schema-check.ts';

const DOCUMENTS = ['openapi.json', 'openapi-3.0.json'].map((file) => ({ file, document: readDocument(file) }));
const operations = DOCUMENTS.flatMap(({ document, file }) =>
  operationsOf(document).map((operation) => ({ ...operation, file })),
);
const faultsOf = createSchemaCheck();
const PROBLEM = 'application/problem+json';

/** Lists the examples of a media type by their names. The only one of a body has none. */
function examplesOf(media: JsonObject): [name: string, example: Json][] {
  const named = objectAt(media, 'examples');
  const all = Object.keys(named).map((name): [string, Json] => [name, objectAt(named, name)['value'] ?? null]);
  return media['example'] === undefined ? all : [['', media['example']], ...all];
}

/** Lists what is wrong with the examples of each media type of a body or a response. */
function exampleFaults(content: JsonObject, at: string): string[] {
  return Object.keys(content).flatMap((mediaType) => {
    const media = objectAt(content, mediaType);
    const examples = examplesOf(media);
    if (examples.length === 0) return [`${at} ${mediaType} has no example`];
    return examples.flatMap(([name, example]) =>
      faultsOf(objectAt(media, 'schema'), example).map((fault) => `${at} ${mediaType} ${name}: ${fault}`),
    );
  });
}

/** Lists what a parameter or a header lacks. Its example may stand in its schema. */
function valueFaults(described: JsonObject, at: string): string[] {
  const schema = objectAt(described, 'schema');
  const example = exampleOf(described);
  return [
    ...(textAt(described, 'description') ? [] : [`${at} has no description`]),
    ...(example === undefined ? [`${at} has no example`] : faultsOf(schema, example).map((fault) => `${at}: ${fault}`)),
  ];
}

describe.each(operations)('$file of $id', ({ object }) => {
  const responses = Object.entries(objectAt(object, 'responses')).flatMap(([status, response]) =>
    isObject(response) ? [{ status, response, content: objectAt(response, 'content') }] : [],
  );

  it('has a summary, a description, and a description of each response', () => {
    for (const name of ['summary', 'description']) expect(textAt(object, name)).not.toBe('');
    const described = responses.filter(({ response }) => textAt(response, 'description') !== '');
    expect(described).toEqual(responses);
  });

  it('describes each parameter, with a valid example', () => {
    const parameters = listAt(object, 'parameters').filter(isObject);
    expect(parameters.flatMap((parameter) => valueFaults(parameter, textAt(parameter, 'name')))).toEqual([]);
  });

  it('has a valid example of its body and of each response', () => {
    expect([
      ...exampleFaults(objectAt(objectAt(object, 'requestBody'), 'content'), 'body'),
      ...responses.flatMap(({ content, status }) => exampleFaults(content, status)),
    ]).toEqual([]);
  });

  it('has an example of each error that a response describes, with its status and code', () => {
    const errors = responses.filter(({ content }) => PROBLEM in content);
    const described = errors.map(({ response, status }) => ({
      status,
      codes: [...textAt(response, 'description').matchAll(/`(\w+)`: /g)].map(([, code]) => code),
    }));
    const shown = errors.map(({ content, status }) => ({
      status,
      codes: examplesOf(objectAt(content, PROBLEM)).map(([name, example]) => {
        expect(example).toMatchObject({ status: Number(status), code: name });
        return name;
      }),
    }));
    expect(shown).toEqual(described);
    expect(errors.every(({ status }) => Number(status) >= 400)).toBe(true);
  });

  it('describes each header, with a valid example', () => {
    const faults = responses.flatMap(({ response, status }) => {
      const headers = objectAt(response, 'headers');
      return Object.keys(headers).flatMap((name) => valueFaults(objectAt(headers, name), `${status} ${name}`));
    });
    expect(faults).toEqual([]);
  });
});

it.each(DOCUMENTS)('$file describes each of its tags, and has no operation without one', ({ document }) => {
  const tags = new Map(
    listAt(document, 'tags')
      .filter(isObject)
      .map((tag) => [textAt(tag, 'name'), textAt(tag, 'description')]),
  );
  expect([...tags.values()]).not.toContain('');
  for (const { object } of operationsOf(document)) {
    const described = listAt(object, 'tags').filter((tag) => typeof tag === 'string' && tags.has(tag));
    expect(described).toHaveLength(1);
  }
});
