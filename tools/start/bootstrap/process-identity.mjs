import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/**
 * @typedef {object} ProcessIdentity A process told apart from a later one that was given the same number.
 * @property {number} pid
 * @property {string} started When it started, in the system's own notation.
 */

/**
 * @typedef {object} ProcessFacts
 * @property {number} pid
 * @property {number} parent
 * @property {string} started
 * @property {string} command The command line, or the title that the process gave itself.
 */

/**
 * What the system says about a process; undefined when there is none, or only its unreaped remains.
 * @param {number} pid
 * @returns {ProcessFacts | undefined}
 */
export function processFacts(pid) {
  return process.platform === 'linux' ? factsFromProc(pid) : factsFromPs(pid);
}

/**
 * @param {number} pid
 * @returns {ProcessFacts | undefined}
 */
function factsFromProc(pid) {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The name stands in brackets and may hold anything; fields are counted from the last bracket on.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const [state, parent] = fields;
    const ticks = fields[19];
    if (state === 'Z' || state === 'X' || ticks === undefined) return undefined;
    const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim();
    return { pid, parent: Number(parent), started: `${bootId()}:${ticks}`, command };
  } catch {
    return undefined;
  }
}

/** Ticks count from the boot, so they only mean something together with it. */
function bootId() {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  } catch {
    return '';
  }
}

/**
 * @param {number} pid
 * @returns {ProcessFacts | undefined}
 */
function factsFromPs(pid) {
  try {
    const line = execFileSync('ps', ['-o', 'ppid=,stat=,lstart=,command=', '-p', String(pid)], {
      encoding: 'utf8',
      env: { ...process.env, LC_ALL: 'C' },
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim();
    const match = /^(\d+)\s+(\S+)\s+(\w+\s+\w+\s+\d+\s+[\d:]+\s+\d+)\s+(.*)$/.exec(line);
    if (!match || match[2]?.startsWith('Z')) return undefined;
    return { pid, parent: Number(match[1]), started: String(match[3]), command: String(match[4]) };
  } catch {
    return undefined;
  }
}

/**
 * @param {number} pid
 * @returns {ProcessIdentity | undefined}
 */
export function identify(pid) {
  const facts = processFacts(pid);
  return facts && { pid, started: facts.started };
}

/**
 * Whether that very process still runs.
 * @param {ProcessIdentity} identity
 */
export function isRunning(identity) {
  return processFacts(identity.pid)?.started === identity.started;
}

/**
 * Reads an identity that was written as JSON; undefined when it is something else.
 * @param {unknown} value
 * @returns {ProcessIdentity | undefined}
 */
export function toIdentity(value) {
  if (typeof value !== 'object' || value === null || !('pid' in value) || !('started' in value)) return undefined;
  const { pid, started } = value;
  return typeof pid === 'number' && typeof started === 'string' ? { pid, started } : undefined;
}
