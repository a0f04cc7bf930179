import { describe, expect, it } from 'vitest';
import { legacyErrors } from '../legacy/index.ts';
import { ApiError, type ApiErrorCode, STATUS } from './api-error.ts';
import { errorResponse, problemPresenter } from './problem.ts';

const ID = '6f1c1d5e-2f5b-4a55-9a52-0e8f7ad1c2b3';
/** Codes with a success/error body in the last column of the wire contract. */
const SUCCESS_ERROR = [
  'malformed_upload',
  'unknown_field',
  'missing_image',
  'upload_stalled',
  'photo_too_large',
  'unsupported_media_type',
  'photo_type',
  'photo_undecodable',
  'photo_space_full',
  'idempotency_running',
  'idempotency_mismatch',
  'providers_resting',
  'quota_exhausted',
  'busy',
];

describe('the body of an error', () => {
  it.each(Object.keys(STATUS) as ApiErrorCode[])('%s is a problem in v1 and the old body in legacy', async (code) => {
    const error = new ApiError(code, 'What is wrong.');
    const old = errorResponse(error, legacyErrors, ID);
    expect(old.status).toBe(STATUS[code]);
    expect(old.headers.get('content-type')).toBe('application/json');
    expect(await old.json()).toEqual(
      SUCCESS_ERROR.includes(code) ? { success: false, error: 'What is wrong.' } : { detail: 'What is wrong.' },
    );

    const v1 = errorResponse(error, problemPresenter, ID);
    expect(v1.status).toBe(STATUS[code]);
    expect(v1.headers.get('content-type')).toBe('application/problem+json');
    expect(await v1.json()).toMatchObject({ status: STATUS[code], code, detail: 'What is wrong.', requestId: ID });
  });

  it('has the title of its status and the type about:blank', async () => {
    const body = await errorResponse(new ApiError('not_found', 'Not found.'), problemPresenter, ID).json();
    expect(body).toEqual({
      type: 'about:blank',
      title: 'Not Found',
      status: 404,
      detail: 'Not found.',
      code: 'not_found',
      requestId: ID,
    });
  });

  it('has the IANA type for a rate limit', async () => {
    expect(await errorResponse(new ApiError('rate_limited', 'Wait.'), problemPresenter, ID).json()).toMatchObject({
      type: 'https://iana.org/assignments/http-problem-types#quota-exceeded',
      title: 'Too Many Requests',
    });
  });

  it('lists the wrong fields with their reasons in the one text of legacy', async () => {
    const errors = [
      { detail: 'must be one of leaf, flower', pointer: '#/organs/1' },
      { detail: 'unknown field', pointer: '#/a~1b' },
      { detail: 'The service does not accept this request.', pointer: '#' },
    ];
    const error = new ApiError('invalid_request', 'The request is not valid.', { errors });
    expect(await errorResponse(error, legacyErrors, ID).json()).toEqual({
      detail:
        'The request is not valid. organs/1: must be one of leaf, flower; a/b: unknown field; ' +
        'The service does not accept this request.',
    });
    expect(await errorResponse(error, problemPresenter, ID).json()).toMatchObject({
      detail: 'The request is not valid.',
      errors,
    });
  });

  it('does not repeat a sentence in legacy', async () => {
    const detail = 'A name has at most 100 characters, on one line.';
    const error = new ApiError('invalid_request', detail, { errors: [{ detail, pointer: '#/name' }] });
    expect(await errorResponse(error, legacyErrors, ID).json()).toEqual({ detail });
  });

  it('comes with the headers and the wrong fields of the error', async () => {
    const errors = [{ detail: 'must be two letters', pointer: '#/language' }];
    const answer = errorResponse(new ApiError('busy', 'Wait.', { retryAfter: 7, errors }), problemPresenter, ID);
    expect(answer.headers.get('retry-after')).toBe('7');
    expect(await answer.json()).toMatchObject({ errors });
  });
});
