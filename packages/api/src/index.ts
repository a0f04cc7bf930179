export { type Api, type ApiDeps, createApi } from './api.ts';
export type { ApiConfig, Rate } from './config.ts';
export type { ErrorData } from './middleware/init.ts';
export { apiRoutes, type Route } from './rest/routes.ts';
export type { AppRouter } from './trpc/router.ts';
export type { WireAuditEntry, WireAuditPage, WireCircuit, WireCircuitsOverview } from './v1/admin/wire.ts';
export type { WireMe } from './v1/auth/wire.ts';
export type {
  WireHealth,
  WireHistory,
  WireIdentification,
  WireProgress,
  WireStoredIdentification,
  WireVerdict,
} from './v1/wire.ts';
