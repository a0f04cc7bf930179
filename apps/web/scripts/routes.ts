// Lists every route with the policy that decides who may call it, and the limit that its calls count against.
// `identify` allows signed-in users, and in development anonymous callers.
import { join } from 'node:path';
import { apiRoutes } from '@plantcommunity/api';
import { PAGE_POLICIES } from '../src/server/page-policies.ts';
import { appRoutes } from './app-routes.ts';

const pages = appRoutes(join(import.meta.dirname, '../src/app'), PAGE_POLICIES);
const rows = [...pages, ...apiRoutes()].map((route) => {
  const { method, path, policy, limit = '' }: { method: string; path: string; policy: string; limit?: string } = route;
  return [method, path, policy, limit];
});
const table = [['method', 'path', 'policy', 'limit'], ...rows];
const widthOf = (column: number): number => Math.max(...table.map((row) => row[column]?.length ?? 0));
const widths = [0, 1, 2].map(widthOf);
for (const row of table) {
  const line = row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ');
  process.stdout.write(`${line.trimEnd()}\n`);
}
process.stdout.write(`\n${rows.length} routes\n`);
