import type { UploadLimits } from '@plantcommunity/http';
import {
  createDocument,
  type ZodOpenApiOperationObject,
  type ZodOpenApiOverride,
  type ZodOpenApiPathsObject,
  type ZodOpenApiResponseObject,
  type ZodOpenApiResponsesObject,
  type ZodOpenApiVersion,
} from 'zod-openapi';
import type { ApiConfig } from '../config.ts';
import { endpoints } from './endpoints.ts';
import { bytes, errorComponents, errorResponses, rateLimitHeaders, requestIdHeader } from './openapi-errors.ts';
import type { Endpoint } from './registry.ts';

const VERSIONS: Readonly<Record<string, ZodOpenApiVersion>> = {
  '/api/v1/openapi.json': '3.1.1',
  // For generators that read nothing newer.
  '/api/v1/openapi-3.0.json': '3.0.3',
};

/** Where the documents are. */
export const DOCUMENT_PATHS: readonly string[] = Object.keys(VERSIONS);

type Facts = Pick<ApiConfig, 'appUrl' | 'upload' | 'version'>;

/** Finds the document at a path; each is made once, when it is first asked for. */
export function createDocuments(facts: Facts): (path: string) => ReturnType<typeof openApiDocument> | undefined {
  const made = new Map<string, ReturnType<typeof openApiDocument>>();
  return (path) => {
    const version = Object.hasOwn(VERSIONS, path) ? VERSIONS[path] : undefined;
    if (version === undefined) return undefined;
    const document = made.get(path) ?? openApiDocument(version, facts);
    made.set(path, document);
    return document;
  };
}

/** Generated from the registry, so that it cannot say anything else than what is served. */
export function openApiDocument(openapi: ZodOpenApiVersion, { appUrl, upload, version }: Facts) {
  return createDocument(
    {
      openapi,
      info: {
        title: 'Plant ID Community',
        version,
        description: 'Identify plants from photos. Two identification services answer; what they say is told apart.',
        license: { name: 'MIT', url: 'https://opensource.org/license/mit' },
      },
      servers: [{ url: `${appUrl.origin}/api/v1` }],
      tags: [
        {
          name: 'Plant identification',
          description: 'From photos of one plant to its name, and what was found before',
        },
        { name: 'Accounts', description: 'Accounts, and the tokens by which apps are signed in to them' },
      ],
      paths: pathsOf(endpoints, upload),
      components: {
        responses: errorComponents(),
        securitySchemes: {
          bearer: { type: 'http', scheme: 'bearer', description: 'An access token, from issueToken' },
          session: {
            type: 'apiKey',
            in: 'cookie',
            name: `${appUrl.protocol === 'https:' ? '__Host-' : ''}plantcommunity.session`,
            description: 'The session of a browser that signed in here',
          },
        },
      },
    },
    { override: tidied },
  );
}

/** Answers may gain members within v1, and a whole number needs no bounds that JavaScript gives it. */
function tidied({ io, jsonSchema }: Parameters<ZodOpenApiOverride>[0]): void {
  if (io === 'output') delete jsonSchema.additionalProperties;
  if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum;
  if (jsonSchema.minimum === Number.MIN_SAFE_INTEGER) delete jsonSchema.minimum;
}

function pathsOf(all: readonly Endpoint[], limits: UploadLimits): ZodOpenApiPathsObject {
  const paths: ZodOpenApiPathsObject = {};
  for (const endpoint of all) {
    const method = endpoint.method === 'GET' ? 'get' : 'post';
    paths[endpoint.path] = { ...paths[endpoint.path], [method]: operationOf(endpoint, limits) };
  }
  return paths;
}

function operationOf(endpoint: Endpoint, limits: UploadLimits): ZodOpenApiOperationObject {
  const { operationId, request = {}, summary, tag } = endpoint;
  const { policy } = endpoint.procedure.meta;
  return {
    operationId,
    summary,
    tags: [tag],
    security: policy === 'public' ? [] : [{ bearer: [] }, { session: [] }],
    ...(request.params === undefined && request.query === undefined
      ? {}
      : {
          requestParams: {
            ...(request.params && { path: request.params }),
            ...(request.query && { query: request.query }),
          },
        }),
    ...(request.multipart && {
      requestBody: {
        required: true,
        content: { 'multipart/form-data': { ...request.multipart(limits) } },
      },
    }),
    ...(request.json && {
      requestBody: { required: true, content: { 'application/json': { schema: request.json } } },
    }),
    responses: responsesOf(endpoint),
  };
}

function responsesOf(endpoint: Endpoint): ZodOpenApiResponsesObject {
  const { limit } = endpoint.procedure.meta;
  const headers = limit === undefined ? requestIdHeader : rateLimitHeaders;
  const responses = Object.entries(endpoint.responses).map(
    ([status, { description, json, mediaType }]): [string, ZodOpenApiResponseObject] => [
      status,
      {
        description,
        headers,
        ...(json && { content: { 'application/json': { schema: json } } }),
        ...(mediaType && { content: { [mediaType]: { schema: bytes } } }),
      },
    ],
  );
  return { ...errorResponses(endpoint), ...Object.fromEntries(responses) };
}
