export { applyMigrations, MigrationError, pendingMigrations } from './apply.ts';
