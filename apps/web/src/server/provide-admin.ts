import type { Users } from '@plantcommunity/auth';
import { type Settings, SettingsError } from '@plantcommunity/settings';
import { tellLauncher, wantsNewAdminPassword } from './launcher.ts';

/**
 * Development makes its admin at the first start and says so once; production is told who it is. A later start says whose
 * password it is, and makes a new one when it is asked to.
 * @throws {SettingsError} when production is not told and has none yet
 */
export async function provideAdmin(
  { admin: wanted, mode }: Pick<Settings, 'admin' | 'mode'>,
  users: Pick<Users, 'ensureAdmin' | 'hasAdmin' | 'renewAdminPassword'>,
  { tell = tellLauncher, renews = wantsNewAdminPassword() } = {},
): Promise<void> {
  if (renews) {
    const renewed = await users.renewAdminPassword();
    if (renewed !== undefined) return tell({ type: 'admin', ...renewed });
  }
  if (wanted === undefined && mode === 'production') {
    if (await users.hasAdmin()) return;
    const problem = 'is required at the first start in production: there is no admin yet';
    throw new SettingsError([
      { variable: 'ADMIN_EMAIL', problem },
      { variable: 'ADMIN_PASSWORD', problem },
    ]);
  }
  const { email, password } = await users.ensureAdmin(wanted ?? {});
  if (password !== undefined) tell({ type: 'admin', email, password });
  // The log of production need not show who its admin is.
  else if (mode === 'development') tell({ type: 'admin', email });
}
