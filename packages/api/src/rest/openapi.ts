import type { UploadLimits } from '@plantcommunity/http';
import type { ZodType } from 'zod';
import {
  createDocument,
  type ZodOpenApiMediaTypeObject,
  type ZodOpenApiOperationObject,
  type ZodOpenApiOverride,
  type ZodOpenApiPathItemObject,
  type ZodOpenApiPathsObject,
  type ZodOpenApiResponseObject,
  type ZodOpenApiResponsesObject,
  type ZodOpenApiVersion,
} from 'zod-openapi';
import type { ErrorPresenter } from '../errors/problem.ts';
import { metaOf } from '../middleware/init.ts';
import type { Endpoint, Namespace } from './endpoint.ts';
import { errorComponents, errorResponses } from './openapi-errors.ts';
import { headerComponents, requestIdHeader, requiredRateLimitHeaders } from './openapi-headers.ts';

/** The documents of a namespace: file name and version of OpenAPI. */
export const DOCUMENT_FILES: readonly (readonly [file: string, version: ZodOpenApiVersion])[] = [
  ['openapi.json', '3.1.1'],
  // For client generators that support nothing newer.
  ['openapi-3.0.json', '3.0.3'],
];

export interface DocumentConfig {
  version: string;
  upload: UploadLimits;
  /** The public origin. Without it the document can be read at any origin that serves it: its URLs are relative. */
  appUrl?: URL;
}

export type Document = ReturnType<typeof createDocument>;

/** Returns the paths of the documents of all namespaces. */
export function documentPaths(namespaces: readonly Namespace[]): string[] {
  return [...documentsByPath(namespaces).keys()];
}

/** Returns a function that finds the document at a path. Each document is generated on its first request. */
export function createDocuments(
  namespaces: readonly Namespace[],
  config: DocumentConfig,
): (path: string) => Document | undefined {
  const sources = documentsByPath(namespaces);
  const generated = new Map<string, Document>();
  return (path) => {
    const source = sources.get(path);
    if (source === undefined) return undefined;
    const document = generated.get(path) ?? openApiDocument(source.namespace, source.version, config);
    generated.set(path, document);
    return document;
  };
}

interface DocumentSource {
  namespace: Namespace;
  version: ZodOpenApiVersion;
}

function documentsByPath(namespaces: readonly Namespace[]): ReadonlyMap<string, DocumentSource> {
  const documented = namespaces.filter(({ presenter }) => presenter.error.schema !== undefined);
  return new Map(
    documented.flatMap((namespace) =>
      DOCUMENT_FILES.map(([file, version]) => [`${namespace.basePath}/${file}`, { namespace, version }] as const),
    ),
  );
}

/** Generates the document of a namespace from its endpoints. */
export function openApiDocument(
  { basePath, endpoints, presenter }: Namespace,
  openapi: ZodOpenApiVersion,
  { appUrl, upload, version }: DocumentConfig,
): Document {
  const session = `${appUrl?.protocol === 'http:' ? '' : '__Host-'}plantcommunity.session`;
  return createDocument(
    {
      openapi,
      info: {
        title: 'Plant ID Community',
        version,
        description: INTRODUCTION,
        // Spectral allows no relative URL here.
        contact: { name: 'Plant ID Community', ...(appUrl && { url: `${appUrl.origin}/docs` }) },
        license: { name: 'MIT', url: 'https://opensource.org/license/mit' },
      },
      servers: [{ url: (appUrl?.origin ?? '') + basePath }],
      tags: TAGS,
      paths: pathsOf(endpoints, upload, presenter.error),
      components: {
        headers: headerComponents,
        responses: errorComponents(endpoints, presenter.error),
        securitySchemes: {
          bearer: { type: 'http', scheme: 'bearer', description: 'An access token from `issueToken`' },
          apiKey: {
            type: 'http',
            scheme: 'bearer',
            description: 'An API key from `createApiKey` with the scope of the call',
          },
          session: {
            type: 'apiKey',
            in: 'cookie',
            name: session,
            description: 'The session of a browser that signed in on the pages of this server',
          },
        },
      },
    },
    { override: (context) => tidySchema(context, openapi) },
  );
}

const INTRODUCTION = `Identifies plants in photos. Two identification services answer; each suggestion lists its sources.

- **Errors** are problem details (RFC 9457) with a \`code\` for programs and a \`detail\` for people.
- **Request ids**: a UUID sent as \`X-Request-Id\` is used for the request and returned; otherwise one is generated.
- **Additions**: v1 may get new members in answers, new error codes and new operations; clients ignore what they do not know.
- **Absent, not null**: a member without a value is left out.`;

const TAGS: { name: Endpoint['tag']; description: string }[] = [
  {
    name: 'Plant identification',
    description: 'Identifications of plants in photos, their history, and the state of the identification services',
  },
  { name: 'Accounts', description: 'Accounts, and the tokens by which apps act for them' },
];

/**
 * Allows new members in responses, drops the bounds that JavaScript gives integers, writes examples as the version of
 * OpenAPI has them, and replaces an `allOf` of one reference by the reference.
 */
function tidySchema({ io, jsonSchema }: Parameters<ZodOpenApiOverride>[0], openapi: ZodOpenApiVersion): void {
  if (io === 'output') delete jsonSchema.additionalProperties;
  if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum;
  if (jsonSchema.minimum === Number.MIN_SAFE_INTEGER) delete jsonSchema.minimum;
  if ('example' in jsonSchema && !openapi.startsWith('3.0')) {
    jsonSchema['examples'] = [jsonSchema['example']];
    delete jsonSchema['example'];
  }
  const [only, ...others] = jsonSchema.allOf ?? [];
  if (only !== undefined && others.length === 0 && Object.keys(jsonSchema).length === 1) {
    delete jsonSchema.allOf;
    Object.assign(jsonSchema, only);
  }
}

const OPERATION_KEYS = {
  GET: 'get',
  POST: 'post',
  PUT: 'put',
  PATCH: 'patch',
  DELETE: 'delete',
} as const satisfies Record<Endpoint['method'], keyof ZodOpenApiPathItemObject>;

function pathsOf(endpoints: readonly Endpoint[], limits: UploadLimits, errors: ErrorPresenter): ZodOpenApiPathsObject {
  const paths: ZodOpenApiPathsObject = {};
  for (const endpoint of endpoints) {
    const { method, path } = endpoint;
    paths[path] = { ...paths[path], [OPERATION_KEYS[method]]: operationOf(endpoint, limits, errors) };
  }
  return paths;
}

function operationOf(endpoint: Endpoint, limits: UploadLimits, errors: ErrorPresenter): ZodOpenApiOperationObject {
  const { description, operationId, request = {}, summary, tag } = endpoint;
  const { headers, json, multipart, params, query } = request;
  const { policy, scope } = metaOf(endpoint.procedure, operationId);
  return {
    operationId,
    summary,
    description,
    tags: [tag],
    security:
      policy === 'public' ? [] : [{ bearer: [] }, ...(scope === undefined ? [] : [{ apiKey: [] }]), { session: [] }],
    ...((params ?? query ?? headers) && {
      requestParams: { ...(params && { path: params }), ...(query && { query }), ...(headers && { header: headers }) },
    }),
    ...(multipart && { requestBody: { required: true, content: { 'multipart/form-data': { ...multipart(limits) } } } }),
    ...(json && { requestBody: { required: true, content: { 'application/json': withExample(json) } } }),
    responses: responsesOf(endpoint, errors),
  };
}

function responsesOf(endpoint: Endpoint, presenter: ErrorPresenter): ZodOpenApiResponsesObject {
  const { limit } = metaOf(endpoint.procedure, endpoint.operationId);
  const errors = errorResponses(endpoint, presenter);
  const responses = Object.entries(endpoint.responses).map(
    ([status, { description, example, headers, json, mediaType }]): [string, ZodOpenApiResponseObject] => [
      status,
      {
        description,
        headers: { ...requestIdHeader, ...(limit !== undefined && requiredRateLimitHeaders), ...headers },
        ...(json && { content: { 'application/json': withExample(json, example) } }),
        ...(mediaType && { content: { [mediaType]: { schema: BYTES, example: `(bytes of type ${mediaType})` } } }),
      },
    ],
  );
  return { ...errors, ...Object.fromEntries(responses) };
}

const BYTES = { type: 'string' as const, format: 'binary' };

/** Describes a JSON body. Without an example of its own it has that of its schema's meta. */
function withExample(schema: ZodType, example: unknown = schema.meta()?.['example']): ZodOpenApiMediaTypeObject {
  return { schema, example };
}
