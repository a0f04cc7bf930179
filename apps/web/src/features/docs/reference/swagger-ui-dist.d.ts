/** Swagger UI as one module for browsers. Its package has no types; these are the options that we set. */
declare module 'swagger-ui-dist/swagger-ui-es-bundle.js' {
  interface SwaggerUiOptions {
    domNode: HTMLElement;
    /** The OpenAPI document. */
    spec: object;
    /** Makes names of operations links, and puts the opened one into the fragment of the address. */
    deepLinking: boolean;
    /** How many levels of the list of schemas are open. */
    defaultModelsExpandDepth: number;
    displayRequestDuration: boolean;
    tryItOutEnabled: boolean;
    /** Methods whose operations can be sent. */
    supportedSubmitMethods: readonly string[];
    /** A service that checks the document. */
    validatorUrl: null;
  }
  export default function SwaggerUi(options: SwaggerUiOptions): void;
}
