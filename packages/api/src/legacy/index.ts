import type { ApiError } from '../errors/api-error.ts';
import type { ErrorPresenter } from '../errors/problem.ts';
import { createNamespace } from '../rest/create-namespace.ts';
import { v1, v1Contents } from '../v1/index.ts';
import type { Presenter, V1Shapes } from '../v1/presenter.ts';
import { SUCCESS_BODY_CODES } from './error-bodies.ts';

/** Presents errors as the replaced system did. */
export const legacyErrors: ErrorPresenter = {
  mediaType: 'application/json',
  body(error) {
    const detail = detailWithFields(error);
    return SUCCESS_BODY_CODES.has(error.code) ? { success: false, error: detail } : { detail };
  },
  detail: detailWithFields,
};

/** Returns the detail, followed by each wrong field and its reason, because legacy bodies have only this text. */
function detailWithFields({ detail, errors = [] }: ApiError): string {
  const reasons = errors
    .filter((field) => field.detail !== detail)
    .map((field) => (field.pointer === '#' ? field.detail : `${fieldAt(field.pointer)}: ${field.detail}`));
  return [detail, ...(reasons.length === 0 ? [] : [reasons.join('; ')])].join(' ');
}

function fieldAt(pointer: string): string {
  return pointer.slice('#/'.length).replaceAll('~1', '/').replaceAll('~0', '~');
}

const presenter: Presenter<V1Shapes> = { ...v1.presenter, error: legacyErrors };
const { endpoints, restOnly, trpcOnly } = v1Contents(presenter);

// New procedures and endpoints of v1 are not offered here unless they are added to these lists.
const { health, history, identification, identify } = endpoints.plantIdentification;
const { me, refresh, register, revoke, token } = endpoints.auth;
const { photo } = restOnly.plantIdentification;
const { progress } = trpcOnly.plantIdentification;

/** The paths of the replaced system, with the answers of v1 and the old error bodies. */
export const legacy = createNamespace(
  {
    name: 'legacy',
    basePath: '/api',
    presenter,
    deprecated: {
      successor: { name: v1.name, basePath: v1.basePath },
      guide: '/docs/migrate-to-v1',
      dates: (config) => config.legacy,
    },
  },
  {
    endpoints: {
      plantIdentification: { identify, health, history, identification },
      auth: { register, token, refresh, revoke, me },
    },
    restOnly: { plantIdentification: { photo } },
    trpcOnly: { plantIdentification: { progress } },
  },
);
