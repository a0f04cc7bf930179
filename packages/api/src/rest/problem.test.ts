import { describe, expect, it } from 'vitest';
import { ApiError, type ApiErrorCode, STATUS } from '../errors/api-error.ts';
import { errorResponse } from './problem.ts';

const ID = '6f1c1d5e-2f5b-4a55-9a52-0e8f7ad1c2b3';
/** The last column of the wire contract. */
const SUCCESS_ERROR = [
  'malformed_upload',
  'unknown_field',
  'missing_image',
  'upload_stalled',
  'photo_too_large',
  'photo_type',
  'photo_undecodable',
  'providers_resting',
  'quota_exhausted',
  'busy',
];

describe('an error', () => {
  it.each(Object.keys(STATUS) as ApiErrorCode[])('%s has the body its namespace always had', async (code) => {
    const error = new ApiError(code, 'What is wrong.');
    const old = errorResponse(error, 'legacy', ID);
    expect(old.status).toBe(STATUS[code]);
    expect(old.headers.get('content-type')).toBe('application/json');
    expect(await old.json()).toEqual(
      SUCCESS_ERROR.includes(code) ? { success: false, error: 'What is wrong.' } : { detail: 'What is wrong.' },
    );

    const v1 = errorResponse(error, 'v1', ID);
    expect(v1.status).toBe(STATUS[code]);
    expect(v1.headers.get('content-type')).toBe('application/problem+json');
    expect(await v1.json()).toMatchObject({ status: STATUS[code], code, detail: 'What is wrong.', requestId: ID });
  });

  it('has the title of its status and no type of its own', async () => {
    const body = await errorResponse(new ApiError('not_found', 'Not found.'), 'v1', ID).json();
    expect(body).toEqual({
      type: 'about:blank',
      title: 'Not Found',
      status: 404,
      detail: 'Not found.',
      code: 'not_found',
      requestId: ID,
    });
  });

  it('of the limit has the type IANA gave it', async () => {
    expect(await errorResponse(new ApiError('rate_limited', 'Wait.'), 'v1', ID).json()).toMatchObject({
      type: 'https://iana.org/assignments/http-problem-types#quota-exceeded',
      title: 'Too Many Requests',
    });
  });

  it('names each wrong field and its reason in the one text of a legacy body', async () => {
    const errors = [
      { detail: 'must be one of leaf, flower', pointer: '#/organs/1' },
      { detail: 'is not known here', pointer: '#/a~1b' },
      { detail: 'The service does not accept this request.', pointer: '#' },
    ];
    const error = new ApiError('invalid_request', 'The request is not valid.', { errors });
    expect(await errorResponse(error, 'legacy', ID).json()).toEqual({
      detail:
        'The request is not valid. organs/1: must be one of leaf, flower; a/b: is not known here; ' +
        'The service does not accept this request.',
    });
    expect(await errorResponse(error, 'v1', ID).json()).toMatchObject({ detail: 'The request is not valid.', errors });
  });

  it('repeats no sentence in a legacy body', async () => {
    const detail = 'A name has at most 100 characters, on one line.';
    const error = new ApiError('invalid_request', detail, { errors: [{ detail, pointer: '#/name' }] });
    expect(await errorResponse(error, 'legacy', ID).json()).toEqual({ detail });
  });

  it('takes its headers and its wrong fields along', async () => {
    const errors = [{ detail: 'must be two letters', pointer: '#/language' }];
    const answer = errorResponse(new ApiError('busy', 'Wait.', { retryAfter: 7, errors }), 'v1', ID);
    expect(answer.headers.get('retry-after')).toBe('7');
    expect(await answer.json()).toMatchObject({ errors });
  });
});
