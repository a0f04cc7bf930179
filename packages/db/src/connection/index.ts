export { describeTarget } from './client-config.ts';
export type { DatabaseTarget } from './database-target.ts';
export { databaseUrlProblems, readDatabaseUrl } from './database-url.ts';
