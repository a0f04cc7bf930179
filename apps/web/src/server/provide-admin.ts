import type { Users } from '@plantcommunity/auth';
import { type Settings, SettingsError } from '@plantcommunity/settings';
import { tellLauncher, wantsNewAdminPassword } from './launcher.ts';

/**
 * Provides the first admin. Development makes one and reports the password at the first start, and the address at every
 * later one; production takes the admin of its settings. Both make a new password when the launcher is asked for one.
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
  // Production does not write the address of its admin into its log.
  else if (mode === 'development') tell({ type: 'admin', email });
}
