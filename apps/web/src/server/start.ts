import { createFrontDoor } from '@plantcommunity/api';
import { readSettings, SettingsError } from '@plantcommunity/settings';
import { buildContainer } from './build-container.ts';
import { provideContainer } from './container.ts';
import { openFrontDoor } from './front-door.ts';
import { endWithLauncher } from './launcher.ts';

/**
 * Opens the front door and builds the one container of this process; what is wrong with settings or database stops the
 * start, in words.
 */
export async function start(): Promise<void> {
  endWithLauncher();
  try {
    const { operations, service } = await provideContainer(() => {
      // First of all: Next listens already, and lets requests wait until this is done.
      openFrontDoor(createFrontDoor(readSettings(process.env)));
      return buildContainer(process.env);
    });
    await Promise.all([operations.start(), service.start()]);
  } catch (error) {
    const text = error instanceof SettingsError || isDatabaseUnavailable(error) ? error.message : undefined;
    process.stderr.write(`${text ?? (error instanceof Error ? error.stack : String(error))}\n`);
    process.exit(1);
  }
}

function isDatabaseUnavailable(error: unknown): error is Error {
  return error instanceof Error && error.name === 'DatabaseUnavailableError';
}
