import { readFileSync, statSync } from 'node:fs';
import { schema, type VariableName } from './schema.ts';

/** Environment variables as a process has them. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** The variables that are set, by their names; an empty one counts as unset. */
export type Given = Readonly<Partial<Record<VariableName, string>>>;

export interface Fault {
  variable: string;
  /** Follows the variable's name; never repeats its value, which may be a secret. */
  problem: string;
}

/** Stops a start: `message` lists every fault, a line each. */
export class SettingsError extends Error {
  override readonly name = 'SettingsError';
  readonly faults: readonly Fault[];

  constructor(faults: readonly Fault[]) {
    const lines = faults.map(({ problem, variable }) => `  ${variable} ${problem}`);
    super(`The settings have ${faults.length} fault${faults.length === 1 ? '' : 's'}:\n${lines.join('\n')}`);
    this.faults = faults;
  }
}

export const variableNames: readonly VariableName[] = schema.keyof().options;

/** Returns the variable that names a file with the value of `name`, as mounted secrets do. */
const fileVariable = (name: string): string => `${name}_FILE`;

/** Variables that are not trimmed: white space may belong to a password, so that its form is checked as given. */
const UNTRIMMED: ReadonlySet<VariableName> = new Set(['ADMIN_PASSWORD']);

/** Variables that may be in quotes: random text may begin and end with one, and ALLOWED_HOSTS has its own message. */
const MAY_BE_QUOTED: ReadonlySet<VariableName> = new Set(['AUTH_SECRETS', 'ALLOWED_HOSTS']);

/**
 * Reads each variable from the environment or from the file that `NAME_FILE` names. Removes white space around values:
 * files and `.env` lines end with line feeds that no key contains.
 */
export function readEnvironment(environment: Environment): {
  given: Given;
  faults: Fault[];
  /** Returns the name under which a variable is set: `NAME` or `NAME_FILE`. */
  setAs: (name: string) => string;
} {
  const given: Partial<Record<VariableName, string>> = {};
  const faults: Fault[] = [];
  const fromFile = new Set<string>();
  for (const name of variableNames) {
    const { problem, text, variable } = readVariable(environment, name);
    if (variable !== name) fromFile.add(name);
    if (problem !== undefined) faults.push({ variable, problem });
    if (!text) continue;
    given[name] = text;
    if (isQuoted(text) && !MAY_BE_QUOTED.has(name)) {
      faults.push({ variable, problem: 'is in quotes, which count as part of the value here: remove them' });
    }
  }
  return { given, faults, setAs: (name) => (fromFile.has(name) ? fileVariable(name) : name) };
}

/** Reads one variable: its value, unless it is unset, or why it cannot be read. */
function readVariable(
  environment: Environment,
  name: VariableName,
): { variable: string; text?: string | undefined; problem?: string } {
  const path = environment[fileVariable(name)]?.trim();
  const variable = path ? fileVariable(name) : name;
  const found = path ? readUnlessSet(environment[name], path, name) : { text: environment[name] };
  if ('problem' in found) return { variable, problem: found.problem };
  return { variable, text: UNTRIMMED.has(name) ? found.text : found.text?.trim() };
}

/**
 * Returns the mode of APP_ENV for what has to be said when the settings cannot be read: their faults, for example. As in the
 * settings the default is production, in which a value that is wrong counts, too.
 */
export function modeOf(environment: Environment): 'development' | 'production' {
  return readVariable(environment, 'APP_ENV').text === 'development' ? 'development' : 'production';
}

/**
 * Returns the environment with the values that the settings read: trimmed, and those of `NAME_FILE` under their own
 * names. The launcher gives it to the app.
 */
export function plainEnvironment(environment: Environment): Environment {
  const fileVariables = new Set(variableNames.map(fileVariable));
  const rest = Object.entries(environment).filter(([name]) => !fileVariables.has(name));
  return { ...Object.fromEntries(rest), ...readEnvironment(environment).given };
}

function readUnlessSet(value: string | undefined, path: string, name: VariableName) {
  return value?.trim() ? { problem: `must not be set beside ${name}: keep one of the two` } : readSecretFile(path);
}

/** Whether a value is in quotes, which a shell removes but `docker run --env-file` and systemd keep. */
function isQuoted(text: string): boolean {
  return /^(["']).+\1$/s.test(text.trim());
}

/** Maximum size of a secret: a private key has 3 kB, and a larger file was named by mistake. */
const MAX_SECRET_BYTES = 64 * 1024;

/** Reads a mounted secret without its final line feed. A problem names the path, never the content. */
function readSecretFile(path: string): { text: string } | { problem: string } {
  try {
    const stat = statSync(path);
    if (stat.isDirectory()) return { problem: `names ${path}, which is a folder` };
    // Reading a pipe without a writer would never return.
    if (!stat.isFile()) return { problem: `names ${path}, which is not a regular file` };
    if (stat.size > MAX_SECRET_BYTES) {
      return { problem: `names ${path}, which is larger than ${MAX_SECRET_BYTES / 1024} kB` };
    }
    const text = new TextDecoder('utf-8', { fatal: true }).decode(readFileSync(path)).replace(/\r?\n$/, '');
    return text.trim() === '' ? { problem: `names ${path}, which is empty` } : { text };
  } catch (error) {
    return { problem: `names ${path}, ${reasonOf(error)}` };
  }
}

function reasonOf(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  switch (code) {
    case 'ENOENT':
    case 'ENOTDIR':
      return 'which does not exist';
    case 'EACCES':
    case 'EPERM':
      return `which user ${process.getuid?.() ?? 'of this process'} may not read`;
    case 'ERR_ENCODING_INVALID_ENCODED_DATA':
      return 'which is not UTF-8 text';
    default:
      return `which cannot be read (${typeof code === 'string' ? code : 'unknown error'})`;
  }
}
