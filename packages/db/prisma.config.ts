import { fileURLToPath } from 'node:url';
import { defineConfig } from 'prisma/config';

// Every command of Prisma's CLI fetches an engine first, unless it is told of a file; only `migrate` and `db` use it.
const usesEngine = process.argv.some((argument) => argument === 'migrate' || argument === 'db');
if (!usesEngine) process.env['PRISMA_SCHEMA_ENGINE_BINARY'] ??= fileURLToPath(import.meta.url);

const url = process.env['DATABASE_URL'];

export default defineConfig({
  schema: 'prisma/schema.prisma',
  migrations: { path: 'migrations' },
  ...(url === undefined ? {} : { datasource: { url } }),
});
