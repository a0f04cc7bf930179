export { applyMigrations, pendingMigrations } from './apply.ts';
export { MigrationError } from './session.ts';
