export type { AuditRecord } from './audit/audit-record.ts';
export { createOperations, type OperationsOptions } from './create-operations.ts';
export { createInstanceRegistry } from './instances/registry.ts';
export type { Operations, Operator, Override } from './operations.ts';
export { OperationsError, type OperationsErrorCode } from './operations-error.ts';
export type { CircuitOverview, CircuitsOverview } from './overview.ts';
export { CallStatistics } from './stats/call-statistics.ts';
export { RecentAnswers } from './stats/recent-answers.ts';
