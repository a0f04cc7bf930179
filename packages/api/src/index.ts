export { type Api, type ApiDeps, type AppRouter, apiRoutes, createApi } from './api.ts';
export { type ApiErrorCode, STATUS as ERROR_STATUS } from './errors/api-error.ts';
export type { ErrorData } from './middleware/init.ts';
export type { Rate } from './rate-limit/rate-limiter.ts';
export type { Route } from './rest/routes.ts';
export type { ApiConfig } from './services.ts';
export type { WireAuditEntry, WireAuditPage } from './v1/admin/audit-wire.ts';
export type { WireOverview, WireOverviewEvent } from './v1/admin/overview-wire.ts';
export type { WireUserDetails, WireUserPage } from './v1/admin/user-wire.ts';
export type { WireApiKey } from './v1/api-keys/wire.ts';
export type { WireMe } from './v1/auth/wire.ts';
export type {
  WireHealth,
  WireHistory,
  WireIdentification,
  WireProgress,
  WireStoredIdentification,
  WireVerdict,
} from './v1/plant-identification/wire.ts';
