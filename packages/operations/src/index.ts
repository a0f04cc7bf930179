export type { AuditRecord } from './audit/audit-trail.ts';
export { createOperations, type OperationsOptions } from './create-operations.ts';
export { createInstanceRegistry } from './instances/registry.ts';
export type { Job, JobReport, Schedule } from './jobs/job.ts';
export type { JobOutcome, JobOverview, JobRunner, JobRunOverview } from './jobs/job-runner.ts';
export type { Operations } from './operations.ts';
export {
  OperationsError,
  type OperationsErrorCode,
  type Operator,
  type Override,
  REASON_LENGTH,
} from './overrides/store.ts';
export type { CircuitOverview, CircuitsOverview } from './overview.ts';
export { CallStatistics, RecentAnswers } from './stats/call-statistics.ts';
