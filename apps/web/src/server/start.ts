import { SettingsError } from '@plantcommunity/settings';
import { exitWithReason } from './app-logger.ts';
import { buildContainer } from './build-container.ts';
import { provideContainer } from './container.ts';

/** Builds and starts the one container of this process. Exits with a plain message on bad settings or no database. */
export async function start(): Promise<void> {
  try {
    const { counters, operations, service } = await provideContainer(() => buildContainer(process.env));
    counters.start();
    await Promise.all([operations.start(), service.start()]);
  } catch (error) {
    const message = error instanceof SettingsError || hasPlainMessage(error) ? error.message : systemMessage(error);
    exitWithReason(message ?? (error instanceof Error ? (error.stack ?? error.message) : String(error)));
  }
}

/**
 * Whether the message of an error is written for operators. Compares names, since Next bundles the package `db` more
 * than once.
 */
function hasPlainMessage(error: unknown): error is Error {
  return error instanceof Error && (error.name === 'DatabaseUnavailableError' || error.name === 'DatabaseUrlError');
}

/** Describes a failed system call, such as on a data folder that belongs to another user. */
function systemMessage(error: unknown): string | undefined {
  if (!(error instanceof Error && 'syscall' in error)) return undefined;
  return `The app cannot start: ${error.message}. This user must be able to read and write the folders of DATA_DIR and PHOTO_STORE.`;
}
