import { copyFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { migrationsFolder } from '../src/migrations/history.ts';
import { migratedSchemaFile, readMigratedSchema, schemaDiff, schemaFile } from '../src/migrations/schema-diff.ts';

// Writes the SQL that leads from the last migration to the schema: pnpm migration <name>

const [name = ''] = process.argv.slice(2);
if (!/^[a-z][a-z0-9_]*$/.test(name)) {
  process.stderr.write('Usage: pnpm migration <name_in_lower_case>\n');
  process.exit(1);
}

const sql = await schemaDiff(await readMigratedSchema(), await readFile(schemaFile, 'utf8'));
if (sql === '') {
  process.stdout.write('The migrations lead to the schema already.\n');
} else {
  const time = new Date().toISOString().replaceAll(/\D/g, '').slice(0, 14);
  const folder = join(migrationsFolder, `${time}_${name}`);
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'migration.sql'), sql);
  await copyFile(schemaFile, migratedSchemaFile);
  process.stdout.write(`${join(folder, 'migration.sql')}\n`);
}
