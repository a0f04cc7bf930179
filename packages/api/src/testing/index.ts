export { apiUnderTest } from './api-under-test.ts';
export { checkingAnswers } from './check-answers.ts';
export { type Served, serve } from './serve.ts';
