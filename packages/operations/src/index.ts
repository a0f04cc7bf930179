export type { AuditRecord } from './audit/audit-record.ts';
export { CallHours } from './circuits/call-hour.ts';
export type { CircuitOverview, CircuitsOverview } from './circuits/overview.ts';
export { RecentAnswers } from './circuits/recent-answers.ts';
export { createOperations, type OperationsOptions } from './create-operations.ts';
export { createRollCall } from './instances/roll-call.ts';
export type { Operations, Operator, Order } from './operations.ts';
export { OperationsError, type OperationsErrorCode } from './operations-error.ts';
