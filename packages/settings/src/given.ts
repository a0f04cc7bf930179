import { schema, type VariableName } from './schema.ts';
import { readSecretFile } from './secret-file.ts';

/** Environment variables as a process has them. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** The variables that are set, by their names; an empty one counts as unset. */
export type Given = Readonly<Partial<Record<VariableName, string>>>;

export interface Fault {
  variable: string;
  /** Follows the variable's name; never repeats its value, which may be a secret. */
  problem: string;
}

export const variableNames: readonly VariableName[] = schema.keyof().options;

/** The variable that names a file with the value of `name`, as mounted secrets do. */
const fileVariable = (name: string): string => `${name}_FILE`;

/** Variables that are not trimmed: white space may belong to a password, so that its form is checked as given. */
const AS_GIVEN: ReadonlySet<VariableName> = new Set(['ADMIN_PASSWORD']);

/** Variables that may be in quotes: random text may begin and end with one, and ALLOWED_HOSTS has its own message. */
const MAY_BE_QUOTED: ReadonlySet<VariableName> = new Set(['AUTH_SECRETS', 'ALLOWED_HOSTS']);

/**
 * Reads each variable from the environment or from the file that `NAME_FILE` names. Removes white space around values:
 * files and `.env` lines end with line feeds that no key contains.
 */
export function readGiven(environment: Environment): {
  given: Given;
  faults: Fault[];
  /** The name under which people set a variable: `NAME` or `NAME_FILE`. */
  setAs: (name: string) => string;
} {
  const given: Partial<Record<VariableName, string>> = {};
  const faults: Fault[] = [];
  const fromFile = new Set<string>();
  for (const name of variableNames) {
    const path = environment[fileVariable(name)]?.trim();
    if (path) fromFile.add(name);
    const variable = path ? fileVariable(name) : name;
    const found = path ? readUnlessSet(environment[name], path, name) : { text: environment[name] };
    if ('problem' in found) {
      faults.push({ variable, problem: found.problem });
      continue;
    }
    const text = AS_GIVEN.has(name) ? found.text : found.text?.trim();
    if (!text) continue;
    given[name] = text;
    if (isQuoted(text) && !MAY_BE_QUOTED.has(name)) {
      faults.push({ variable, problem: 'is in quotes, which count as part of the value here: remove them' });
    }
  }
  return { given, faults, setAs: (name) => (fromFile.has(name) ? fileVariable(name) : name) };
}

/**
 * Returns the environment with the values that the settings read: trimmed, and those of `NAME_FILE` under their own
 * names. The launcher gives it to the app.
 */
export function plainEnvironment(environment: Environment): Environment {
  const fileVariables = new Set(variableNames.map(fileVariable));
  const rest = Object.entries(environment).filter(([name]) => !fileVariables.has(name));
  return { ...Object.fromEntries(rest), ...readGiven(environment).given };
}

function readUnlessSet(value: string | undefined, path: string, name: VariableName) {
  return value?.trim() ? { problem: `must not be set beside ${name}: keep one of the two` } : readSecretFile(path);
}

/** Whether a value is in quotes, which a shell removes but `docker run --env-file` and systemd keep. */
function isQuoted(text: string): boolean {
  return /^(["']).+\1$/s.test(text.trim());
}
