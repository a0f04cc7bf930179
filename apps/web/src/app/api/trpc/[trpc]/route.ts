import { container } from '@/server/container.ts';

async function handle(request: Request): Promise<Response> {
  return (await container()).api.trpc(request);
}

export { handle as GET, handle as POST };
