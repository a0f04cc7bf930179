import { resolve } from 'node:path';
import { readSettings, type Settings, SettingsError } from '@plantcommunity/settings';
import { announcement, eventRows } from './announce.ts';
import { type Crew, createCrew } from './crew.ts';
import { Ended, listenForEnd, unlessEnded } from './ending.ts';
import { describeParts } from './parts.ts';
import { type Environment, planFor, withPhotoStoreFrom } from './plan.ts';
import { claimPort } from './probe.ts';
import { type Parts, prepare, type RunOptions, serve } from './run.ts';
import { openRecord, type RunRecord } from './run-record.ts';
import type { Service } from './service.ts';
import { makeSocketFolder, removeSocketFolder } from './socket-folder.ts';
import { StartError } from './start-error.ts';
import type { Web } from './web.ts';

const say = (text: string): void => void process.stdout.write(`${text}\n`);

/**
 * Runs the app with everything that is not given to it, until it is told to end.
 * @returns the exit code
 */
export async function launch(root: string, mode: 'start' | 'dev'): Promise<number> {
  const started = performance.now();
  // A reader that went away is no reason to fail while ending.
  process.stdout.on('error', () => {});
  const socketFolder = makeSocketFolder();
  let crew: Crew | undefined;
  let record: RunRecord | undefined;
  const signal = listenForEnd(() => {
    crew?.kill();
    record?.close();
    removeSocketFolder(socketFolder);
    process.exit(130);
  });
  try {
    const environment = withPhotoStoreFrom(root, { ...process.env, APP_ENV: process.env['APP_ENV'] || 'development' });
    const settings = checkedSettings(environment);
    const dataDir = resolve(root, settings.dataDir);
    record = await unlessEnded(signal, openRecord(dataDir, socketFolder));
    signal.addEventListener('abort', () => record?.markEnding(), { once: true });
    crew = createCrew(record);
    const { listenAddresses, shutdownTimeoutMs: shutdownMs } = settings;
    const port = await freePort(listenAddresses, settings.port);
    const plan = planFor(environment);
    const options = { root, mode, environment, plan, listenAddresses, port, dataDir, socketFolder, shutdownMs, say };
    const parts = await prepare(options, crew, signal);
    const web = await serve(options, parts, crew, signal);
    say(announcementOf(options, parts, web, (performance.now() - started) / 1000));
    return await unlessEnded(signal, firstToFail(parts, web, signal));
  } catch (error) {
    if (error instanceof Ended) return 0;
    if (!(error instanceof StartError)) throw error;
    process.stderr.write(`${error.message}\n`);
    return 1;
  } finally {
    await crew?.dismiss();
    await record?.endRest();
    record?.close();
    removeSocketFolder(socketFolder);
  }
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
    return readSettings(environment);
  } catch (error) {
    if (error instanceof SettingsError) throw new StartError(error.message);
    throw error;
  }
}

function announcementOf(options: RunOptions, parts: Parts, web: Web, seconds: number): string {
  web.onEvent((event) => {
    for (const line of eventRows(event)) say(line);
  });
  const { environment, port } = options;
  const url = environment['APP_URL'] || `http://localhost:${port}`;
  return announcement({ url, parts: describeParts(options, parts), events: web.events, seconds });
}

/** Without web process or database there is nothing to serve; the app goes on without the others. */
async function firstToFail({ postgres, redis, simulator }: Parts, web: Web, signal: AbortSignal): Promise<number> {
  for (const service of [redis, simulator]) {
    if (service) void tellOfEnd(service, signal);
  }
  const fatal = [web.child, ...(postgres ? [postgres.child] : [])];
  const name = await Promise.race(fatal.map(async (child) => child.exited.then(() => child.name)));
  throw new StartError(`${name} ended unexpectedly.`);
}

async function tellOfEnd({ child }: Service, signal: AbortSignal): Promise<void> {
  await child.exited;
  if (!signal.aborted) say(`${child.name} ended; the app goes on without it.`);
}
