'use client';

import { type RefObject, useEffect, useRef, useState } from 'react';
import { Notice } from '@/ui/notice.tsx';
import 'swagger-ui-dist/swagger-ui.css';
import styles from './api-reference.module.css';
import { isOpenApiDocument, type OpenApiDocument, viewedDocument } from './viewed-document.ts';

/** Swagger UI with the OpenAPI document of this server. It is loaded from here and calls only this server. */
export function ApiReference() {
  const place = useRef<HTMLDivElement>(null);
  const [state, setState] = useState<'loading' | 'shown' | 'failed'>('loading');
  useWholePageLoads(place);

  useEffect(() => {
    let isGone = false;
    async function show() {
      const [{ default: SwaggerUi }, document] = await Promise.all([
        import('swagger-ui-dist/swagger-ui-es-bundle.js'),
        loadDocument(),
      ]);
      if (isGone || place.current === null) return;
      SwaggerUi({
        domNode: place.current,
        spec: viewedDocument(document),
        // Its links to operations would be links inside buttons.
        deepLinking: false,
        defaultModelsExpandDepth: 0,
        displayRequestDuration: true,
        tryItOutEnabled: true,
        // The reader's own session sends what is tried: nothing is deleted by a click on an example.
        supportedSubmitMethods: ['get', 'post', 'put'],
        validatorUrl: null,
      });
      setState('shown');
    }
    show().catch(() => setState('failed'));
    return () => {
      isGone = true;
    };
  }, []);

  return (
    <div className={styles['reference']} aria-busy={state === 'loading'}>
      {state === 'loading' ? <p>Loading the reference…</p> : null}
      {state === 'failed' ? (
        <Notice tone="refused">The reference couldn’t be loaded. Please reload the page.</Notice>
      ) : null}
      <noscript>
        <p>The reference needs JavaScript. The OpenAPI document has the same content.</p>
      </noscript>
      <div ref={place} />
    </div>
  );
}

/**
 * Makes each link of the page load a document, those of `viewer` aside. The router of Next would keep the looser
 * Content-Security-Policy of this page for the next one.
 */
function useWholePageLoads(viewer: RefObject<HTMLElement | null>): void {
  useEffect(() => {
    const keepFromRouter = (event: MouseEvent) => {
      const link = event.target instanceof Element ? event.target.closest('a[href]') : null;
      if (link !== null && viewer.current?.contains(link) !== true) event.stopPropagation();
    };
    // The router listens at the document. The window comes first, and the browser then follows the link.
    window.addEventListener('click', keepFromRouter, { capture: true });
    return () => window.removeEventListener('click', keepFromRouter, { capture: true });
  }, [viewer]);
}

async function loadDocument(): Promise<OpenApiDocument> {
  const answer = await fetch('/api/v1/openapi.json');
  if (!answer.ok) throw new Error(`The OpenAPI document was answered with ${answer.status}`);
  const document: unknown = await answer.json();
  if (!isOpenApiDocument(document)) throw new Error('The answer is no OpenAPI document');
  return document;
}
