export { type DatabaseProxy, startDatabaseProxy } from './database-proxy.ts';
export { openTestDatabase, testDatabaseUrl, usesOneSession } from './test-database.ts';
