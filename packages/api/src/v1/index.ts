import { createNamespace } from '../rest/create-namespace.ts';
import { changePassword } from './account/change-password.ts';
import { deleteAccount } from './account/delete-account.ts';
import { signOutEverywhere } from './account/sign-out-everywhere.ts';
import { adminProcedures } from './admin/procedures.ts';
import { createApiKey } from './api-keys/create-api-key.ts';
import { getApiKey } from './api-keys/get-api-key.ts';
import { listApiKeys } from './api-keys/list-api-keys.ts';
import { revokeApiKey } from './api-keys/revoke-api-key.ts';
import { getMe } from './auth/get-me.ts';
import { issueToken } from './auth/issue-token.ts';
import { refreshToken } from './auth/refresh-token.ts';
import { register } from './auth/register.ts';
import { revokeToken } from './auth/revoke-token.ts';
import { deleteAllIdentifications } from './plant-identification/delete-all-identifications.ts';
import { deleteIdentification } from './plant-identification/delete-identification.ts';
import { exportIdentificationsAsJson } from './plant-identification/export-identifications-as-json.ts';
import { exportIdentificationsAsZip } from './plant-identification/export-identifications-as-zip.ts';
import { getIdentification } from './plant-identification/get-identification.ts';
import { getIdentificationPhoto } from './plant-identification/get-identification-photo.ts';
import { getIdentifyHealth } from './plant-identification/get-identify-health.ts';
import { giveFeedback } from './plant-identification/give-feedback.ts';
import { identify } from './plant-identification/identify.ts';
import { listIdentifications } from './plant-identification/list-identifications.ts';
import { progressProcedure } from './plant-identification/progress.ts';
import { restoreAllIdentifications } from './plant-identification/restore-all-identifications.ts';
import { restoreIdentification } from './plant-identification/restore-identification.ts';
import { type Presenter, presenter, type WireShapes } from './presenter.ts';
import { signInLinkProcedures } from './sign-in-link.ts';

/**
 * What v1 offers, by area and by the name over tRPC: `auth.me` is `v1.auth.me`. A new endpoint is a file, and a line in
 * `endpoints`.
 */
export function v1Contents<W extends WireShapes>(shapes: Presenter<W>) {
  return {
    endpoints: {
      plantIdentification: {
        identify: identify(shapes),
        health: getIdentifyHealth(shapes),
        history: listIdentifications(shapes),
        identification: getIdentification(shapes),
        giveFeedback: giveFeedback(shapes),
        delete: deleteIdentification(),
        deleteAll: deleteAllIdentifications(),
        restore: restoreIdentification(),
        restoreAll: restoreAllIdentifications(),
      },
      auth: {
        register: register(shapes),
        token: issueToken(shapes),
        refresh: refreshToken(shapes),
        revoke: revokeToken(),
        me: getMe(shapes),
      },
      apiKeys: {
        create: createApiKey(shapes),
        list: listApiKeys(shapes),
        get: getApiKey(shapes),
        revoke: revokeApiKey(),
      },
      account: {
        changePassword: changePassword(),
        signOutEverywhere: signOutEverywhere(),
        delete: deleteAccount(),
      },
    },
    restOnly: {
      plantIdentification: {
        photo: getIdentificationPhoto(),
        exportJson: exportIdentificationsAsJson(shapes),
        exportZip: exportIdentificationsAsZip(shapes),
      },
    },
    trpcOnly: {
      plantIdentification: { progress: progressProcedure(shapes) },
      signInLink: signInLinkProcedures(),
      admin: adminProcedures(shapes),
    },
  };
}

/** Creates a version of the API that offers what v1 does, with a presenter of its own. */
export function createVersion<const Name extends string, W extends WireShapes>(version: {
  name: Name;
  basePath: string;
  presenter: Presenter<W>;
}) {
  return createNamespace(version, v1Contents(version.presenter));
}

export const v1 = createVersion({ name: 'v1', basePath: '/api/v1', presenter });
