import type { ZodOpenApiResponseObject, ZodOpenApiResponsesObject } from 'zod-openapi';
import { ApiError, type ApiErrorCode, type ApiErrorStatus, STATUS } from '../errors/api-error.ts';
import { ERROR_DOCUMENTATION } from '../errors/error-documentation.ts';
import type { ErrorPresenter } from '../errors/problem.ts';
import { metaOf } from '../middleware/init.ts';
import type { Endpoint } from './endpoint.ts';
import {
  acceptHeader,
  authenticateHeader,
  headerComponents,
  optionalRetryAfterHeader,
  rateLimitHeaders,
  requestIdHeader,
  requiredRateLimitHeaders,
  retryAfterHeader,
} from './openapi-headers.ts';

const REQUEST_ID = '6f1c1d5e-2f5b-4a55-9a52-0e8f7ad1c2b3';

/** Statuses of errors before the call is counted, whose responses never have the rate-limit headers. */
const BEFORE_LIMIT: readonly ApiErrorStatus[] = [401, 403];

/** The errors of an endpoint with one status. */
interface StatusErrors {
  status: ApiErrorStatus;
  codes: readonly ApiErrorCode[];
  /** Whether responses may have the rate-limit headers. */
  isCounted: boolean;
  /** Name of the response in the components of the document; undefined if only this endpoint has it. */
  component: string | undefined;
}

/** Returns the codes that follow from the policy, the limit and the request of an endpoint. */
function codesByRule({ method, operationId, procedure, request = {} }: Endpoint): ApiErrorCode[] {
  const { limit, policy, throttle } = metaOf(procedure, operationId);
  const isUpload = request.multipart !== undefined;
  return [
    ...(isUpload ? (['malformed_upload', 'unknown_field', 'missing_image'] as const) : []),
    'invalid_request',
    'unknown_host',
    ...(policy === 'public' ? [] : (['authentication_required', 'invalid_token'] as const)),
    ...(method === 'GET' ? [] : (['foreign_origin', 'upload_stalled'] as const)),
    // An API key may lack the scope of any call that is not public.
    ...(policy === 'public' ? [] : (['insufficient_scope'] as const)),
    ...(request.params === undefined ? [] : (['not_found'] as const)),
    ...(isUpload ? (['photo_too_large', 'unsupported_media_type', 'photo_type', 'photo_undecodable'] as const) : []),
    // Without a limit, too many concurrent calls of a signed-in caller are refused.
    ...(limit === undefined && throttle === undefined && policy === 'public' ? [] : (['rate_limited'] as const)),
    'internal',
    ...(limit === undefined ? [] : (['providers_resting', 'quota_exhausted'] as const)),
    'busy',
  ];
}

/** Names a shared response; those with one status and the same codes are one. Only those with 403 differ by code. */
function nameOf(status: ApiErrorStatus, kind: string, codes: readonly ApiErrorCode[]): string {
  if (status !== 403) return `${kind}Error${status}`;
  const isAboutOrigin = codes.includes('foreign_origin');
  const isAboutScope = codes.includes('insufficient_scope');
  return `${isAboutOrigin ? 'Origin' : ''}${isAboutOrigin && isAboutScope ? 'Or' : ''}${isAboutScope ? 'Scope' : ''}Error403`;
}

function errorsOf(endpoint: Endpoint): StatusErrors[] {
  const { errors = [], operationId, procedure, request = {} } = endpoint;
  const isUpload = request.multipart !== undefined;
  const isLimited = isUpload || metaOf(procedure, operationId).limit !== undefined;
  const byRule = Map.groupBy(codesByRule(endpoint), (code) => STATUS[code]);
  const own = Map.groupBy(errors, (code) => STATUS[code]);
  return [...new Set([...byRule.keys(), ...own.keys()])].map((status) => {
    const isCounted = isLimited && !BEFORE_LIMIT.includes(status);
    const kind = isCounted ? (isUpload ? 'Upload' : 'Counted') : '';
    return {
      status,
      codes: [...new Set([...(byRule.get(status) ?? []), ...(own.get(status) ?? [])])],
      isCounted,
      component: own.has(status) ? undefined : nameOf(status, kind, byRule.get(status) ?? []),
    };
  });
}

/** Returns the errors of an endpoint, which follow from its policy, its limit, its request and its own list. */
export function errorResponses(endpoint: Endpoint, presenter: ErrorPresenter): ZodOpenApiResponsesObject {
  return Object.fromEntries(
    errorsOf(endpoint).map((errors) => [
      String(errors.status),
      errors.component === undefined
        ? responseOf(errors, presenter)
        : { $ref: `#/components/responses/${errors.component}` },
    ]),
  );
}

/** Returns the responses that `errorResponses` refers to. */
export function errorComponents(
  endpoints: readonly Endpoint[],
  presenter: ErrorPresenter,
): Record<string, ZodOpenApiResponseObject> {
  const shared = endpoints.flatMap((endpoint) =>
    errorsOf(endpoint).map((errors) => [errors.component ?? '', responseOf(errors, presenter)] as const),
  );
  return Object.fromEntries(shared.filter(([name]) => name !== '').toSorted(([a], [b]) => a.localeCompare(b, 'en')));
}

/** Whether every answer with a code says when to repeat the request. */
function hasRetryAfter(code: ApiErrorCode): boolean {
  return STATUS[code] === 429 || STATUS[code] === 503 || code === 'idempotency_running';
}

function responseOf({ codes, isCounted, status }: StatusErrors, presenter: ErrorPresenter): ZodOpenApiResponseObject {
  const { mediaType, schema } = presenter;
  const examples = codes.map((code) => {
    const { detail, errors, when } = ERROR_DOCUMENTATION[code];
    const error = new ApiError(code, detail, errors && { errors });
    return [code, { summary: when, value: presenter.body(error, REQUEST_ID) }] as const;
  });
  return {
    description: codes.map((code) => `\`${code}\`: ${ERROR_DOCUMENTATION[code].when}.`).join(' '),
    headers: {
      ...requestIdHeader,
      ...(isCounted && (status === 429 ? requiredRateLimitHeaders : rateLimitHeaders)),
      ...(codes.some(hasRetryAfter) && (codes.every(hasRetryAfter) ? retryAfterHeader : optionalRetryAfterHeader)),
      ...(status === 401 && { 'WWW-Authenticate': { ...headerComponents.WwwAuthenticate, required: true } }),
      ...(codes.includes('insufficient_scope') && authenticateHeader),
      ...(codes.includes('unsupported_media_type') && acceptHeader),
    },
    content: { [mediaType]: { ...(schema && { schema }), examples: Object.fromEntries(examples) } },
  };
}
