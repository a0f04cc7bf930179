import type { Sample } from './all-procedures.ts';
import { annasKey } from './fake-auth.ts';
import { storedId } from './fake-service.ts';
import { upload } from './transports.ts';

const order = { provider: 'plant_id', reason: 'Their status page says outage.' };
const userChange = { id: 'anna', reason: 'Asked for it by e-mail.' };
const password = 'correct horse battery';

/** A valid input for each procedure, by its path without the namespace. User data is Anna's. */
export const samples: Readonly<Record<string, () => Sample>> = {
  'plantIdentification.identify': () => upload(),
  'plantIdentification.progress': () => ({ requestId: '6f1c1d5e-2f5b-4a55-9a52-0e8f7ad1c2b3' }),
  'plantIdentification.health': () => undefined,
  'plantIdentification.history': () => undefined,
  'plantIdentification.identification': () => ({ id: storedId }),
  'plantIdentification.giveFeedback': () => ({ id: storedId, rating: 'it_is', name: 'Dracaena' }),
  'plantIdentification.photo': () => ({ id: storedId, n: 1 }),
  'plantIdentification.exportJson': () => undefined,
  'plantIdentification.exportZip': () => undefined,
  'plantIdentification.delete': () => ({ id: storedId }),
  'plantIdentification.deleteAll': () => ({ confirm: true }),
  'plantIdentification.restore': () => ({ id: storedId }),
  'plantIdentification.restoreAll': () => ({ confirm: true }),
  'auth.register': () => ({ email: 'carla@example.org', password, name: 'Carla' }),
  'auth.token': () => ({ email: 'anna@example.org', password }),
  'auth.refresh': () => ({ refresh_token: 'refresh' }),
  'auth.revoke': () => ({ refresh_token: 'refresh' }),
  'auth.me': () => undefined,
  'apiKeys.create': () => ({ name: 'Garden script', scopes: ['identify'] }),
  'apiKeys.list': () => undefined,
  'apiKeys.get': () => ({ id: annasKey.id }),
  'apiKeys.revoke': () => ({ id: annasKey.id }),
  'account.changePassword': () => ({ current: password, next: 'battery horse correct' }),
  'account.signOutEverywhere': () => ({ confirm: true }),
  'account.delete': () => ({ confirm: true, password }),
  'signInLink.open': () => ({ token: 'secret' }),
  'signInLink.use': () => ({ token: 'secret', password }),
  'admin.overview.get': () => undefined,
  'admin.overview.watch': () => undefined,
  'admin.circuits.isolate': () => order,
  'admin.circuits.release': () => order,
  'admin.circuits.reset': () => order,
  'admin.alerts.list': () => undefined,
  'admin.alerts.acknowledge': () => ({ id: '01JD8Z4Q0M3T5R7V9X1B2C4D6G' }),
  'admin.audit.list': () => undefined,
  'admin.users.list': () => undefined,
  'admin.users.get': () => ({ id: 'anna' }),
  'admin.users.setTier': () => ({ ...userChange, tier: 'premium' }),
  'admin.users.setRole': () => ({ ...userChange, role: 'admin' }),
  'admin.users.disable': () => userChange,
  'admin.users.enable': () => userChange,
  'admin.users.makeSignInLink': () => userChange,
};
