import { accessSync, constants } from 'node:fs';
import { join, resolve } from 'node:path';
import { databaseUrlProblems } from '@plantcommunity/db/connection';
import {
  type Environment,
  modeOf,
  plainEnvironment,
  readSettings,
  type Settings,
  SettingsError,
} from '@plantcommunity/settings';
import { announcement, describeParts, eventRows, NEW_ADMIN_PASSWORD } from './announce.ts';
import { explain } from './bootstrap/explain.mjs';
import { makeFolder } from './bootstrap/make-folder.mjs';
import { createLauncherOutput, type LauncherOutput } from './output.ts';
import { planFor, withPhotoStoreFrom } from './plan.ts';
import { whilePostgresRuns } from './postgres.ts';
import { claimPort } from './probe.ts';
import type { Service } from './process-group.ts';
import { createProcessGroup, type ProcessGroup } from './process-group.ts';
import { type Parts, prepare, type RunOptions, serve } from './run.ts';
import { openRecord, type RunRecord } from './run-record.ts';
import { ShutdownRequested, shutdownSignal, unlessShutdown } from './shutdown-signal.ts';
import { makeSocketFolder, removeSocketFolder } from './socket-folder.ts';
import { StartError } from './start-error.ts';
import type { Web } from './web.ts';

/**
 * Runs the app and the services that the environment does not name, until it should end.
 * @param args of the command
 * @returns the exit code
 */
export async function launch(root: string, mode: 'start' | 'dev', args: readonly string[]): Promise<number> {
  const started = performance.now();
  // A closed pipe of our output must not fail the shutdown.
  process.stdout.on('error', () => {});
  const given = withMode(process.env);
  let output = await createLauncherOutput(modeOf(given));
  let socketFolder: string | undefined;
  let group: ProcessGroup | undefined;
  let record: RunRecord | undefined;
  let isOver = false;
  const signal = shutdownSignal(() => {
    group?.kill();
    record?.close();
    if (socketFolder !== undefined) removeSocketFolder(socketFolder);
    process.exit(130);
  });
  try {
    const isNewPasswordWanted = wantsNewPassword(args);
    const settings = checkedSettings(given);
    output = await createLauncherOutput(settings.mode);
    const { say } = output;
    const environment: Environment = {
      ...withPhotoStoreFrom(root, plainEnvironment(given)),
      PLANT_NEW_ADMIN_PASSWORD: isNewPasswordWanted ? '1' : undefined,
    };
    socketFolder = makeSocketFolder();
    const dataDir = resolve(root, settings.dataDir);
    record = await unlessShutdown(signal, openRecord(dataDir, socketFolder));
    signal.addEventListener('abort', () => record?.markEnding(), { once: true });
    group = createProcessGroup(record);
    const { photos = { folder: join(dataDir, 'photos') } } = settings;
    if ('folder' in photos) requirePhotoFolder(resolve(root, photos.folder));
    const { listenAddresses } = settings;
    const shutdownMs = settings.shutdownTimeoutMs + settings.closeTimeoutMs;
    const port = await freePort(listenAddresses, settings.port);
    const plan = planFor(environment);
    const options = { root, mode, environment, plan, listenAddresses, port, dataDir, socketFolder, shutdownMs, say };
    const parts = await prepare(options, group, signal);
    const web = await whilePostgresRuns(parts.postgres, serve(options, parts, group, signal));
    say(announcementOf(options, parts, web, (performance.now() - started) / 1000));
    return await unlessShutdown(
      signal,
      whilePostgresRuns(
        parts.postgres,
        endOfWeb(parts, web, output, () => isOver),
      ),
    );
  } catch (error) {
    if (error instanceof ShutdownRequested) return 0;
    output.fail(explain(error));
    return 1;
  } finally {
    isOver = true;
    await group?.stop();
    await record?.endRest();
    record?.close();
    if (socketFolder !== undefined) removeSocketFolder(socketFolder);
  }
}

/** Whether the arguments ask for a new password of the admin. @throws {StartError} for any other argument */
function wantsNewPassword(args: readonly string[]): boolean {
  // pnpm passes the -- in front of arguments on.
  const meant = args.filter((arg) => arg !== '--');
  const unknown = meant.find((arg) => arg !== NEW_ADMIN_PASSWORD);
  if (unknown !== undefined) throw new StartError(`${unknown} is no argument of npm start: ${NEW_ADMIN_PASSWORD} is.`);
  return meant.length > 0;
}

/**
 * Creates the photo folder, because the app would hang where no folder can be created. @throws {StartError}
 */
function requirePhotoFolder(path: string): void {
  try {
    makeFolder(path, 0o700);
    accessSync(path, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch (error) {
    throw new StartError(
      `The photo folder ${path} cannot be used: ${explain(error)}\n` +
        'Name a folder that this user may write: PHOTO_STORE=file:/srv/photos npm start',
    );
  }
}

/** Sets the mode of a start without one to development. */
function withMode(environment: Environment): Environment {
  const isTold = environment['APP_ENV']?.trim() || environment['APP_ENV_FILE']?.trim();
  return isTold ? environment : { ...environment, APP_ENV: 'development' };
}

/** @throws {StartError} when something else listens there */
async function freePort(addresses: readonly string[], wanted: number): Promise<number> {
  const claimed = await claimPort(addresses, wanted);
  if (typeof claimed === 'number') return claimed;
  const { address, code } = claimed;
  switch (code) {
    case 'EADDRNOTAVAIL':
    case 'EAFNOSUPPORT':
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      throw new StartError(`HOST is ${address}, which is no address of this machine (${code}).`);
    case 'EACCES':
      throw new StartError(`Port ${wanted} on ${address} may not be used by this user: choose one from 1024 on.`);
    default:
      throw new StartError(
        `Port ${wanted} on ${address} is taken (${code}).\n` +
          'Choose another one, with a data folder of its own: PORT=3001 DATA_DIR=.data-2 npm start',
      );
  }
}

/** @throws {StartError} with every fault of the settings */
function checkedSettings(environment: Environment): Settings {
  try {
    return readSettings(environment, databaseUrlProblems);
  } catch (error) {
    if (error instanceof SettingsError) throw new StartError(error.message);
    throw error;
  }
}

function announcementOf(options: RunOptions, parts: Parts, web: Web, seconds: number): string {
  const { environment, port, say } = options;
  web.onEvent((event) => {
    for (const line of eventRows(event)) say(line);
  });
  const url = environment['APP_URL'] || `http://localhost:${port}`;
  return announcement({ url, parts: describeParts(options, parts), events: web.events, seconds });
}

/** Waits for the end of the web process, which ends the run. The end of Redis or the simulator is only reported. */
async function endOfWeb(
  { redis, simulator }: Parts,
  { child }: Web,
  output: LauncherOutput,
  isOver: () => boolean,
): Promise<never> {
  for (const service of [redis, simulator]) {
    if (service) void reportEnd(service, output, isOver);
  }
  await child.exited;
  throw new StartError(`${child.name} ended unexpectedly: it ${child.ending()}; see above. Start it again: npm start`);
}

async function reportEnd({ child }: Service, { say }: LauncherOutput, isOver: () => boolean): Promise<void> {
  await child.exited;
  if (!isOver()) say(`${child.name} ended: it ${child.ending()}; the app goes on without it.`);
}
