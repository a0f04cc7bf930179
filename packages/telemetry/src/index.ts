export { createLogger, type Logger } from './logger.ts';
export { redact, redactAndCut } from './redact.ts';
export { acceptRequestId, currentRequestId, newRequestId, runWithRequestId } from './request-id.ts';
