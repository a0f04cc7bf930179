export { keepStatementsWhole } from './whole-statements.ts';
