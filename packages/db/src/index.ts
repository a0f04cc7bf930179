export type { Database } from './database.ts';
export { openDatabase } from './database.ts';
export { DatabaseUnavailableError, isDatabaseUnavailable } from './database-error.ts';
export type { PrismaClient } from './generated/client.ts';
export { Prisma } from './generated/client.ts';
export type { ApiKeyScope, PhotosState, Role, Tier } from './generated/enums.ts';
export { pageOf } from './page.ts';
export { type EndedStatement, statementText } from './statement-text.ts';
export { table } from './table.ts';
