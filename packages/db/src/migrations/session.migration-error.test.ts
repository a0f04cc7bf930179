import { expect, it } from 'vitest';
import { describeFailure } from './session.ts';

const failure = (code: string, message: string) => Object.assign(new Error(message), { code });

it.each([
  [failure('22012', 'division\n  by zero'), 'division by zero'],
  [
    failure('42501', 'permission denied for schema plants'),
    'permission denied for schema plants. The role of DATABASE_URL needs CREATE on the schema "plants", or on the database if the schema is not there yet, and owns the tables it changes.',
  ],
  [
    failure('25006', 'cannot execute CREATE TABLE in a read-only transaction'),
    'cannot execute CREATE TABLE in a read-only transaction. The server takes no writes: DATABASE_URL must lead to the primary.',
  ],
  [
    failure('55P03', 'canceling statement due to lock timeout'),
    'canceling statement due to lock timeout. A statement or a transaction holds the table: end it, then start again.',
  ],
  ['a text', 'a text'],
])('describeFailure returns the message of the server on one line, with a remedy (%#)', (error, reason) =>
  expect(describeFailure(error, '"plants"')).toBe(reason),
);
