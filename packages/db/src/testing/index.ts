export { openTestDatabase, testDatabaseUrl, usesOneSession } from './test-database.ts';
