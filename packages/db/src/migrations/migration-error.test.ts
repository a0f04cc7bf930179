import { expect, it } from 'vitest';
import { reasonFromEngine } from './migration-error.ts';

it.each([
  [
    new Error(`external connector error
Error querying the database: ERROR: division by zero
   0: sql_schema_connector::apply_migration::apply_script
           with migration_name="20260102000000_two"
             at schema-engine/connectors/apply_migration.rs:113`),
    'Migration 20260102000000_two: Error querying the database: ERROR: division by zero',
  ],
  [new Error("Can't reach database server\n\nat `db`"), "Can't reach database server at `db`"],
  ['a text', 'a text'],
  [{ is_panic: true }, '{"is_panic":true}'],
])('says on one line what the engine said (%#)', (error, reason) => expect(reasonFromEngine(error)).toBe(reason));
