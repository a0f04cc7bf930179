import { type Fault, type Given, rulesBroken } from './rules.ts';
import { schema } from './schema.ts';
import { group, type Settings } from './settings.ts';

/** Stops a start: `message` lists every fault, a line each. */
export class SettingsError extends Error {
  override readonly name = 'SettingsError';
  readonly faults: readonly Fault[];

  constructor(faults: readonly Fault[]) {
    super(`The settings have ${faults.length} fault${faults.length === 1 ? '' : 's'}:\n${faults.map(line).join('\n')}`);
    this.faults = faults;
  }
}

const line = ({ variable, problem }: Fault): string => `  ${variable} ${problem}`;

const names = schema.keyof().options;

function givenIn(environment: Readonly<Record<string, string | undefined>>): Given {
  return Object.fromEntries(names.flatMap((name) => (environment[name] ? [[name, environment[name]]] : [])));
}

/**
 * Reads the settings from environment variables; an empty variable counts as unset and unknown ones are left alone.
 * @throws {SettingsError} with every fault at once.
 */
export function readSettings(environment: Readonly<Record<string, string | undefined>>): Settings {
  const given = givenIn(environment);
  const parsed = schema.safeParse(given);
  const malformed = parsed.success
    ? []
    : parsed.error.issues.flatMap(({ message, path }): Fault[] =>
        names.filter((name) => name === path[0]).map((variable) => ({ variable, problem: message })),
      );
  const faults = [...malformed, ...rulesBroken(given)];
  if (!parsed.success || faults.length > 0) throw new SettingsError(faults);
  return group(parsed.data);
}
