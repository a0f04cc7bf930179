import { expect, it } from 'vitest';
import { viewedDocument } from './viewed-document.ts';

const document = {
  openapi: '3.1.1',
  servers: [{ url: 'https://plants.example/api/v1' }],
  components: {
    schemas: { Problem: { type: 'object' } },
    securitySchemes: {
      bearer: { type: 'http', scheme: 'bearer' },
      session: { type: 'apiKey', in: 'cookie', name: 'session' },
    },
  },
};

it('the viewer calls the origin of the page, and offers no scheme that a page cannot send', () => {
  expect(viewedDocument(document)).toEqual({
    openapi: '3.1.1',
    servers: [{ url: '/api/v1' }],
    components: {
      schemas: { Problem: { type: 'object' } },
      securitySchemes: { bearer: { type: 'http', scheme: 'bearer' } },
    },
  });
});

it('a server that is a path already stays as it is', () => {
  expect(viewedDocument({ ...document, servers: [{ url: '/api/v1' }] }).servers).toEqual([{ url: '/api/v1' }]);
});
