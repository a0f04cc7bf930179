export { describeTarget } from './client-config.ts';
export { type DatabaseTarget, DatabaseUrlError } from './database-target.ts';
export { readDatabaseUrl } from './database-url.ts';
