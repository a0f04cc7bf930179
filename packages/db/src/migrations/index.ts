export { applyMigrations, pendingMigrations } from './apply.ts';
export { MigrationError } from './migration-error.ts';
