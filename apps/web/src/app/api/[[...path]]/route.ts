import { container } from '@/server/container.ts';

/** Everything of the REST surface, v1 and legacy; what it does not know is its own 404. */
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
