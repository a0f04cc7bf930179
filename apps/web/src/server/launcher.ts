import { writeSync } from 'node:fs';

/** A message to the launcher that started this process, written as one JSON line. */
type LauncherEvent = { type: 'admin'; email: string; password?: string } | { type: 'notice'; text: string };

/** Sends a message to the launcher over the descriptor that it opened; does nothing without a launcher. */
export function notifyLauncher(event: LauncherEvent): void {
  const descriptor = Number(process.env['PLANT_LAUNCHER_FD'] ?? Number.NaN);
  if (!Number.isInteger(descriptor) || descriptor < 1) return;
  try {
    writeSync(descriptor, `${JSON.stringify(event)}\n`);
  } catch {
    // The launcher has ended; its closed pipe ends this process too.
  }
}

/** Whether the launcher was asked for a new password of the admin: `npm start -- --new-admin-password`. */
export function wantsNewAdminPassword(): boolean {
  return process.env['PLANT_NEW_ADMIN_PASSWORD'] === '1';
}

/** Shuts this process down when the launcher ends, even if killed: its end of our standard input closes. */
export function shutDownWithLauncher(): void {
  if (process.env['PLANT_LAUNCHER_PIPE'] !== '1') return;
  process.stdin.once('end', () => process.kill(process.pid, 'SIGTERM'));
  process.stdin.once('error', () => process.kill(process.pid, 'SIGTERM'));
  process.stdin.resume();
}
