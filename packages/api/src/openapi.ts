// The OpenAPI contract, for other packages: the adapter that serves procedures over REST, and the document of a version.
export { createRequestPipeline, type RequestPipeline } from './middleware/request-pipeline.ts';
export { NAMESPACES } from './namespaces.ts';
export type { Endpoint, Namespace } from './rest/endpoint.ts';
export { createOpenApiHandler } from './rest/handler.ts';
export { type Document, openApiDocument } from './rest/openapi.ts';
export { createRouters } from './trpc/router.ts';
