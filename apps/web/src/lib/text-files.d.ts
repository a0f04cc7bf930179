/** A document that the build takes in as text. */
declare module '*.md' {
  const text: string;
  export default text;
}

/** Licences of Swagger UI and of the packages in its bundle, as text. */
declare module 'swagger-ui-dist/LICENSE' {
  const text: string;
  export default text;
}
declare module 'swagger-ui-dist/NOTICE' {
  const text: string;
  export default text;
}
declare module 'swagger-ui-dist/swagger-ui-es-bundle.js.LICENSE.txt' {
  const text: string;
  export default text;
}
