import { writeSync } from 'node:fs';

/** What the launcher that started this process is told, one JSON line each. */
type LauncherEvent = { type: 'admin'; email: string; password?: string } | { type: 'notice'; text: string };

/** Speaks to the launcher over the descriptor it opened for that; silent when nobody launched us. */
export function tellLauncher(event: LauncherEvent): void {
  const descriptor = Number(process.env['PLANT_LAUNCHER_FD'] ?? Number.NaN);
  if (!Number.isInteger(descriptor) || descriptor < 1) return;
  try {
    writeSync(descriptor, `${JSON.stringify(event)}\n`);
  } catch {
    // The launcher is gone; its pipe ends us too.
  }
}

/** Whether the launcher was asked for a new password of the admin: `npm start -- --new-admin-password`. */
export function wantsNewAdminPassword(): boolean {
  return process.env['PLANT_NEW_ADMIN_PASSWORD'] === '1';
}

/** Ends this process when the launcher does: its end of our standard input closes, whatever killed it. */
export function endWithLauncher(): void {
  if (process.env['PLANT_LAUNCHER_PIPE'] !== '1') return;
  process.stdin.once('end', () => process.kill(process.pid, 'SIGTERM'));
  process.stdin.once('error', () => process.kill(process.pid, 'SIGTERM'));
  process.stdin.resume();
}
