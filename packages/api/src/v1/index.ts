import { accountProcedures } from './account.ts';
import { adminProcedures } from './admin/procedures.ts';
import { authEndpoints } from './auth/endpoints.ts';
import { authProcedures } from './auth/procedures.ts';
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
  const plantIdentification = identificationProcedures(version.presenter);
  const withPhoto = { ...plantIdentification, photo: photoProcedure() };
  const procedures = {
    plantIdentification,
    auth,
    account: accountProcedures(),
    signInLink: signInLinkProcedures(),
    admin: adminProcedures(version.presenter),
  };
  return {
    ...version,
    procedures,
    callerProcedures: { ...procedures, plantIdentification: withPhoto },
    endpoints: [...identificationEndpoints(version.presenter, withPhoto), ...authEndpoints(version.presenter, auth)],
  };
}

export const v1 = createVersion({ name: 'v1', basePath: '/api/v1', presenter });
