import { container } from '@/server/container.ts';

/** Every method, so that one tRPC does not know is refused in the words of the wire contract. */
async function handle(request: Request): Promise<Response> {
  return (await container()).api.trpc(request);
}

export { handle as DELETE, handle as GET, handle as HEAD, handle as PATCH, handle as POST, handle as PUT };
