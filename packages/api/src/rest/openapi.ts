import type { UploadLimits } from '@plantcommunity/http';
import {
  createDocument,
  type ZodOpenApiOperationObject,
  type ZodOpenApiOverride,
  type ZodOpenApiPathItemObject,
  type ZodOpenApiPathsObject,
  type ZodOpenApiResponseObject,
  type ZodOpenApiResponsesObject,
  type ZodOpenApiVersion,
} from 'zod-openapi';
import { metaOf } from '../middleware/init.ts';
import type { ApiConfig } from '../services.ts';
import type { Endpoint, Namespace } from './endpoint.ts';
import { bytes, errorComponents, errorResponses, rateLimitHeaders, requestIdHeader } from './openapi-errors.ts';

const FILES: readonly (readonly [file: string, version: ZodOpenApiVersion])[] = [
  ['openapi.json', '3.1.1'],
  // For client generators that support nothing newer.
  ['openapi-3.0.json', '3.0.3'],
];

type DocumentConfig = Pick<ApiConfig, 'appUrl' | 'upload' | 'version'>;
type Document = ReturnType<typeof createDocument>;

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
      FILES.map(([file, version]) => [`${namespace.basePath}/${file}`, { namespace, version }] as const),
    ),
  );
}

/** Generates the document of a namespace from its endpoints. */
export function openApiDocument(
  { basePath, endpoints, presenter }: Namespace,
  openapi: ZodOpenApiVersion,
  { appUrl, upload, version }: DocumentConfig,
): Document {
  return createDocument(
    {
      openapi,
      info: {
        title: 'Plant ID Community',
        version,
        description:
          'Identifies plants in photos. Two identification services answer; each suggestion lists its sources.',
        license: { name: 'MIT', url: 'https://opensource.org/license/mit' },
      },
      servers: [{ url: appUrl.origin + basePath }],
      tags: [
        { name: 'Plant identification', description: 'Identifications of plants in photos, and their history' },
        { name: 'Accounts', description: 'Accounts, and tokens that sign apps in' },
      ],
      paths: pathsOf(endpoints, upload),
      components: {
        responses: errorComponents(presenter.error),
        securitySchemes: {
          bearer: { type: 'http', scheme: 'bearer', description: 'An access token from issueToken' },
          apiKey: {
            type: 'http',
            scheme: 'bearer',
            description: 'An API key from createApiKey with the scope of the call',
          },
          session: {
            type: 'apiKey',
            in: 'cookie',
            name: `${appUrl.protocol === 'https:' ? '__Host-' : ''}plantcommunity.session`,
            description: 'The session of a browser that signed in here',
          },
        },
      },
    },
    { override: tidySchema },
  );
}

/** Allows new members in responses, and drops the bounds that JavaScript gives integers. */
function tidySchema({ io, jsonSchema }: Parameters<ZodOpenApiOverride>[0]): void {
  if (io === 'output') delete jsonSchema.additionalProperties;
  if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum;
  if (jsonSchema.minimum === Number.MIN_SAFE_INTEGER) delete jsonSchema.minimum;
}

const OPERATION_KEYS = {
  GET: 'get',
  POST: 'post',
  PUT: 'put',
  PATCH: 'patch',
  DELETE: 'delete',
} as const satisfies Record<Endpoint['method'], keyof ZodOpenApiPathItemObject>;

function pathsOf(endpoints: readonly Endpoint[], limits: UploadLimits): ZodOpenApiPathsObject {
  const paths: ZodOpenApiPathsObject = {};
  for (const endpoint of endpoints) {
    const { method, path } = endpoint;
    paths[path] = { ...paths[path], [OPERATION_KEYS[method]]: operationOf(endpoint, limits) };
  }
  return paths;
}

function operationOf(endpoint: Endpoint, limits: UploadLimits): ZodOpenApiOperationObject {
  const { operationId, request = {}, summary, tag } = endpoint;
  const { policy, scope } = metaOf(endpoint.procedure, operationId);
  return {
    operationId,
    summary,
    tags: [tag],
    security:
      policy === 'public' ? [] : [{ bearer: [] }, ...(scope === undefined ? [] : [{ apiKey: [] }]), { session: [] }],
    ...(request.params === undefined && request.query === undefined && request.headers === undefined
      ? {}
      : {
          requestParams: {
            ...(request.params && { path: request.params }),
            ...(request.query && { query: request.query }),
            ...(request.headers && { header: request.headers }),
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
  const { limit } = metaOf(endpoint.procedure, endpoint.operationId);
  const headers = limit === undefined ? requestIdHeader : rateLimitHeaders;
  const responses = Object.entries(endpoint.responses).map(
    ([status, { description, headers: own, json, mediaType }]): [string, ZodOpenApiResponseObject] => [
      status,
      {
        description,
        headers: { ...headers, ...own },
        ...(json && { content: { 'application/json': { schema: json } } }),
        ...(mediaType && { content: { [mediaType]: { schema: bytes } } }),
      },
    ],
  );
  return { ...errorResponses(endpoint), ...Object.fromEntries(responses) };
}
