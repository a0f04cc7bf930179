/** The parts of an OpenAPI document that the viewer gets changed. */
export interface OpenApiDocument {
  openapi: string;
  servers?: readonly { url: string }[];
  components?: { securitySchemes?: Readonly<Record<string, { type: string; in?: string }>> };
}

export function isOpenApiDocument(value: unknown): value is OpenApiDocument {
  return typeof value === 'object' && value !== null && 'openapi' in value;
}

/**
 * Returns the document as the viewer gets it. Its server is a path of this origin, so that calls work under each name of
 * this site. Schemes in a cookie are left out: a page cannot set a `Cookie` header, and the browser sends its session by
 * itself.
 */
export function viewedDocument(document: OpenApiDocument): OpenApiDocument {
  const { components, servers = [] } = document;
  const schemes = Object.entries(components?.securitySchemes ?? {});
  return {
    ...document,
    // The base is there for a server that is a path already.
    servers: servers.map(({ url }) => ({ url: new URL(url, 'http://localhost').pathname })),
    components: {
      ...components,
      securitySchemes: Object.fromEntries(schemes.filter(([, scheme]) => scheme.in !== 'cookie')),
    },
  };
}
