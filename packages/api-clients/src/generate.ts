import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createClient } from '@hey-api/openapi-ts';
import openapiTypescript, { astToString } from 'openapi-typescript';
import { generate as generateOrval } from 'orval';
import { generateApi } from 'swagger-typescript-api';

/** Input and output of a generator. */
interface Source {
  /** Path of the OpenAPI document. */
  document: string;
  /** Base URL of the API. */
  baseUrl: string;
  /** An empty folder for the client's files. */
  folder: string;
}

/** A kind of client, generated as its generator's manual describes; the first one is written by hand. */
export interface Generator {
  name: string;
  generate(source: Source): Promise<unknown>;
  /** A program that sends two photos with their organs and an Idempotency-Key through the client, and returns the status. */
  program: string;
}

/** The text fields. Some clients repeat the field of a list, some send JSON, some join it with commas. */
const FIELDS = `organs: ['leaf', 'flower'], include_diseases: false, latitude: 5e-5, longitude: -0.25, language: 'en-GB'`;

export const generators: readonly Generator[] = [
  {
    name: 'axios alone, which puts [] behind the names of lists',
    generate: async () => undefined,
    program: `
      import axios from 'axios';
      export async function identify(baseUrl: string, photos: File[], key: string): Promise<number> {
        const url = baseUrl + '/plant-identification/identify';
        const form = axios.toFormData({ image: photos, ${FIELDS} }, new FormData());
        const { status } = await axios.post(url, form, { headers: { 'Idempotency-Key': key }, validateStatus: () => true });
        return status;
      }`,
  },
  {
    name: 'openapi-typescript and openapi-fetch',
    async generate({ document, folder }) {
      const syntax = await openapiTypescript(new URL(`file://${document}`));
      await writeFile(join(folder, 'schema.ts'), astToString(syntax));
    },
    // The types declare a file as a string, and callers write the serializer.
    program: `
      import createClient from 'openapi-fetch';
      import type { paths } from './schema';
      export async function identify(baseUrl: string, photos: File[], key: string): Promise<number> {
        const { response } = await createClient<paths>({ baseUrl }).POST('/plant-identification/identify', {
          params: { header: { 'Idempotency-Key': key } },
          body: { image: photos as unknown as string[], ${FIELDS} },
          bodySerializer({ image, ...fields }) {
            const form = new FormData();
            for (const photo of photos) form.append('image', photo);
            for (const [name, value] of Object.entries(fields)) form.append(name, String(value));
            return form;
          },
        });
        return response.status;
      }`,
  },
  {
    name: 'hey-api',
    generate: ({ document, folder }) =>
      createClient({
        input: document,
        output: folder,
        plugins: ['@hey-api/typescript', '@hey-api/sdk', '@hey-api/client-fetch'],
        logs: { level: 'silent' },
      }),
    program: `
      import { createClient } from './client';
      import { identifyPlant } from './sdk.gen';
      export async function identify(baseUrl: string, photos: File[], key: string): Promise<number> {
        const client = createClient({ baseUrl });
        const { response } = await identifyPlant({
          client,
          headers: { 'Idempotency-Key': key },
          body: { image: photos, ${FIELDS} },
        });
        return response?.status ?? 0;
      }`,
  },
  {
    name: 'orval',
    generate: ({ baseUrl, document, folder }) =>
      generateOrval({
        input: { target: document },
        output: { target: join(folder, 'api.ts'), client: 'fetch', baseUrl },
      }),
    program: `
      import { identifyPlant } from './api';
      export async function identify(_baseUrl: string, photos: File[], key: string): Promise<number> {
        const { status } = await identifyPlant({ image: photos, ${FIELDS} }, { headers: { 'Idempotency-Key': key } });
        return status;
      }`,
  },
  {
    name: 'swagger-typescript-api with axios',
    generate: ({ document, folder }) =>
      generateApi({ input: document, output: folder, fileName: 'api.ts', httpClientType: 'axios', silent: true }),
    program: `
      import { Api } from './api';
      export async function identify(baseURL: string, photos: File[], key: string): Promise<number> {
        const api = new Api({ baseURL, validateStatus: () => true });
        const { status } = await api.plantIdentification.identifyPlant(
          { image: photos, ${FIELDS} },
          { headers: { 'Idempotency-Key': key } },
        );
        return status;
      }`,
  },
  {
    name: 'swagger-typescript-api with fetch',
    generate: ({ document, folder }) =>
      generateApi({ input: document, output: folder, fileName: 'api.ts', httpClientType: 'fetch', silent: true }),
    // The client sends every list as JSON, even of photos, but passes on a FormData.
    program: `
      import { Api } from './api';
      export async function identify(baseUrl: string, photos: File[], key: string): Promise<number> {
        const form = new FormData();
        for (const photo of photos) form.append('image', photo);
        const fields = { ${FIELDS} };
        for (const [name, value] of Object.entries(fields)) form.append(name, Array.isArray(value) ? JSON.stringify(value) : String(value));
        const answer = await new Api({ baseUrl }).plantIdentification
          .identifyPlant(form as never, { headers: { 'Idempotency-Key': key } })
          .catch((error: Response) => error);
        return answer.status;
      }`,
  },
];
