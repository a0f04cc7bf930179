import { container } from '@/server/container.ts';

/** Handles every method, so that the API refuses unsupported ones as the wire contract says. */
async function handle(request: Request): Promise<Response> {
  return (await container()).api.trpc(request);
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
