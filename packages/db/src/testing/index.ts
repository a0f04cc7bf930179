export { type DatabaseProxy, startDatabaseProxy } from './database-proxy.ts';
export { openTestDatabase, runLongStatement, testDatabaseUrl, usesOneSession } from './test-database.ts';
