import { splitOperations } from '../rest/operation.ts';
import { changePassword } from './account/change-password.ts';
import { deleteAccount } from './account/delete-account.ts';
import { signOutEverywhere } from './account/sign-out-everywhere.ts';
import { adminProcedures } from './admin/procedures.ts';
import { createApiKey } from './api-keys/create-api-key.ts';
import { getApiKey } from './api-keys/get-api-key.ts';
import { listApiKeys } from './api-keys/list-api-keys.ts';
import { revokeApiKey } from './api-keys/revoke-api-key.ts';
import { authEndpoints } from './auth/endpoints.ts';
import { authProcedures } from './auth/procedures.ts';
import { deleteAllIdentifications } from './plant-identification/delete-all-identifications.ts';
import { deleteIdentification } from './plant-identification/delete-identification.ts';
import { identificationEndpoints } from './plant-identification/endpoints.ts';
import { photoProcedure } from './plant-identification/history.ts';
import { identificationProcedures } from './plant-identification/procedures.ts';
import { type Presenter, presenter, type WireShapes } from './presenter.ts';
import { signInLinkProcedures } from './sign-in-link.ts';

/** Creates a version of the API with the procedures and endpoints of v1 and a presenter of its own. */
export function createVersion<const Name extends string, W extends WireShapes>(version: {
  name: Name;
  basePath: string;
  presenter: Presenter<W>;
}) {
  const auth = authProcedures(version.presenter);
  const apiKeys = splitOperations({
    create: createApiKey(version.presenter),
    list: listApiKeys(version.presenter),
    get: getApiKey(version.presenter),
    revoke: revokeApiKey(),
  });
  const deletions = splitOperations({ delete: deleteIdentification(), deleteAll: deleteAllIdentifications() });
  const account = splitOperations({
    changePassword: changePassword(),
    signOutEverywhere: signOutEverywhere(),
    remove: deleteAccount(),
  });
  const plantIdentification = { ...identificationProcedures(version.presenter), ...deletions.procedures };
  const withPhoto = { ...plantIdentification, photo: photoProcedure() };
  const procedures = {
    plantIdentification,
    auth,
    apiKeys: apiKeys.procedures,
    account: account.procedures,
    signInLink: signInLinkProcedures(),
    admin: adminProcedures(version.presenter),
  };
  return {
    ...version,
    procedures,
    callerProcedures: { ...procedures, plantIdentification: withPhoto },
    endpoints: [
      ...identificationEndpoints(version.presenter, withPhoto),
      ...deletions.endpoints,
      ...authEndpoints(version.presenter, auth),
      ...apiKeys.endpoints,
      ...account.endpoints,
    ],
  };
}

export const v1 = createVersion({ name: 'v1', basePath: '/api/v1', presenter });
