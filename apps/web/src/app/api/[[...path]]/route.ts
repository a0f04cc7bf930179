import { container } from '@/server/container.ts';

/** Passes every REST request to the API, v1 and legacy; the API answers unknown paths with its own 404. */
async function handle(request: Request): Promise<Response> {
  return (await container()).api.rest(request);
}

export {
  handle as DELETE,
  handle as GET,
  handle as HEAD,
  handle as OPTIONS,
  handle as PATCH,
  handle as POST,
  handle as PUT,
};
