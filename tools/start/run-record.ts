import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { explain } from './bootstrap/explain.mjs';
import { release, tryLock } from './bootstrap/lock-file.mjs';
import { makeFolder } from './bootstrap/make-folder.mjs';
import { identify, isRunning, type ProcessIdentity, toIdentity } from './bootstrap/process-identity.mjs';
import { removeSocketFolder } from './socket-folder.ts';
import { StartError } from './start-error.ts';

const LOCK = 'launcher.lock';
const RECORD = 'launcher.json';
/** Time until a launcher notices that npm has ended; then until it has ended itself. */
const NOTICING_MS = 1_500;
const ENDING_MS = 12_000;
const ENDING_BY_THEMSELVES_MS = 1_500;
const ASKED_TO_END_MS = 4_000;
const POLL_MS = 50;

interface Left {
  processes: ProcessIdentity[];
  socketFolder: string | undefined;
  /** Whether the launcher that wrote the record was ending. */
  isEnding: boolean;
}

/** The processes and the socket folder that belong to a data folder, so that the next start can end and remove them. */
export interface RunRecord {
  /** Records a process that was started for this data folder. */
  add(pid: number): void;
  /** Makes the next start wait until this one has ended. */
  markEnding(): void;
  /** Ends the processes that still run, such as one whose supervisor was killed. */
  endRest(): Promise<void>;
  /** Removes the record and frees the data folder. */
  close(): void;
}

/**
 * Claims the data folder for this launcher, and ends the processes that a killed launcher left.
 * @throws {StartError} when another launcher runs on it, or when it cannot be written
 */
export async function openRecord(dataDir: string, socketFolder: string): Promise<RunRecord> {
  const lock = join(dataDir, LOCK);
  const path = join(dataDir, RECORD);
  const processes: ProcessIdentity[] = [];
  let isEnding = false;
  const write = () => {
    const left: Left = { processes, socketFolder, isEnding };
    writeFileSync(path, JSON.stringify(left), { mode: 0o600 });
  };
  let isLocked = false;
  try {
    makeFolder(dataDir, 0o700);
    await takeLock(lock, path);
    isLocked = true;
    const orphaned = read(path);
    await endAll(orphaned.processes);
    if (orphaned.socketFolder !== undefined) removeSocketFolder(orphaned.socketFolder);
    write();
  } catch (error) {
    if (isLocked) release(lock);
    if (error instanceof StartError) throw error;
    throw new StartError(
      `The data folder ${dataDir} cannot be used: ${explain(error)}\n` +
        'Name a folder that this user may write: DATA_DIR=/srv/plants npm start',
    );
  }
  return {
    add(pid) {
      const identity = identify(pid);
      if (identity) processes.push(identity);
      write();
    },
    markEnding() {
      isEnding = true;
      try {
        write();
      } catch {
        // On a full disk the next start waits a shorter time.
      }
    },
    endRest: () => terminate(processes),
    close() {
      rmSync(path, { force: true });
      release(lock);
    },
  };
}

async function takeLock(lock: string, record: string): Promise<void> {
  const start = performance.now();
  while (!tryLock(lock)) {
    if (performance.now() - start > (read(record).isEnding ? ENDING_MS : NOTICING_MS)) {
      throw new StartError(
        `Another start is running on the data folder ${dirname(lock)}.\n` +
          'End it first, or give this one a folder and a port of its own: DATA_DIR=.data-2 PORT=3001 npm start',
      );
    }
    await sleep(POLL_MS);
  }
}

const NOTHING_LEFT: Left = { processes: [], socketFolder: undefined, isEnding: false };

function read(path: string): Left {
  try {
    const content: unknown = JSON.parse(readFileSync(path, 'utf8'));
    if (typeof content !== 'object' || content === null) return NOTHING_LEFT;
    const processes: unknown = Reflect.get(content, 'processes');
    const socketFolder: unknown = Reflect.get(content, 'socketFolder');
    return {
      processes: Array.isArray(processes) ? processes.flatMap((entry) => toIdentity(entry) ?? []) : [],
      socketFolder: typeof socketFolder === 'string' ? socketFolder : undefined,
      isEnding: Reflect.get(content, 'isEnding') === true,
    };
  } catch {
    return NOTHING_LEFT;
  }
}

/** Waits for orphaned processes to end by themselves, then ends them. */
async function endAll(processes: readonly ProcessIdentity[]): Promise<void> {
  if (!(await areGone(processes, ENDING_BY_THEMSELVES_MS))) await terminate(processes);
}

async function terminate(processes: readonly ProcessIdentity[]): Promise<void> {
  signalAll(processes, 'SIGTERM');
  if (await areGone(processes, ASKED_TO_END_MS)) return;
  signalAll(processes, 'SIGKILL');
  await areGone(processes, ASKED_TO_END_MS);
}

function signalAll(processes: readonly ProcessIdentity[], signal: NodeJS.Signals): void {
  for (const identity of processes) {
    // Another process may have the number by now.
    if (!isRunning(identity)) continue;
    try {
      process.kill(identity.pid, signal);
    } catch {
      // It ended in between.
    }
  }
}

async function areGone(processes: readonly ProcessIdentity[], withinMs: number): Promise<boolean> {
  const start = performance.now();
  while (processes.some(isRunning)) {
    if (performance.now() - start > withinMs) return false;
    await sleep(POLL_MS);
  }
  return true;
}
