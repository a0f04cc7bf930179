export { type Api, type ApiDeps, createApi } from './api.ts';
export type { ApiConfig, Rate } from './config.ts';
export type { AppRouter } from './router.ts';
export { apiRoutes, type Route } from './routes.ts';
export type { ErrorData } from './trpc.ts';
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
