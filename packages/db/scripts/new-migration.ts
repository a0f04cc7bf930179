import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { withEngine } from '../src/migrations/engine.ts';
import { migrationsFolder, readMigrations } from '../src/migrations/folder.ts';

// Writes the SQL that leads from the migrations there are to the schema: node scripts/new-migration.ts <name>
// Comparing replays the migrations into an empty database, for which DATABASE_URL names a server it may create one on.

const [name] = process.argv.slice(2);
const url = process.env['DATABASE_URL'];
if (name === undefined || !/^[a-z][a-z0-9_]*$/.test(name) || url === undefined) {
  process.stderr.write('Usage: DATABASE_URL=postgresql://… node scripts/new-migration.ts <name_in_lower_case>\n');
  process.exit(1);
}

const migrations = await readMigrations();
const schema = await readFile(new URL('../prisma/schema.prisma', import.meta.url), 'utf8');
const { stdout: sql } = await withEngine(url, (engine) =>
  engine.diff({
    from: migrations.migrationDirectories.length === 0 ? { tag: 'empty' } : { tag: 'migrations', ...migrations },
    to: { tag: 'schemaDatamodel', files: [{ path: 'schema.prisma', content: schema }] },
    script: true,
    exitCode: null,
    filters: { externalTables: [], externalEnums: [] },
  }),
);
if (sql === null || /^\s*(--.*\s*)?$/.test(sql)) {
  process.stdout.write('The migrations lead to the schema already.\n');
  process.exit(0);
}
const time = new Date().toISOString().replaceAll(/\D/g, '').slice(0, 14);
const folder = join(migrationsFolder, `${time}_${name}`);
await mkdir(folder, { recursive: true });
await writeFile(join(folder, 'migration.sql'), sql);
process.stdout.write(`${join(folder, 'migration.sql')}\n`);
