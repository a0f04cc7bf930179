import { type Environment, type Fault, readGiven, variableNames } from './given.ts';
import { proxyOf } from './proxy.ts';
import { rulesBroken } from './rules.ts';
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

/**
 * Reads the settings from environment variables and from the files that `NAME_FILE` variables name. An empty variable
 * counts as unset, and unknown ones are left alone.
 * @param databaseUrlProblems returns what is wrong with a database address, which the package `db` reads
 * @throws {SettingsError} with every fault at once.
 */
export function readSettings(
  environment: Environment,
  databaseUrlProblems: (url: string) => readonly string[] = () => [],
): Settings {
  const { given, faults: unread, setAs } = readGiven(environment);
  const parsed = schema.safeParse(given);
  const malformed = parsed.success
    ? []
    : parsed.error.issues.flatMap(({ message, path }): Fault[] =>
        variableNames.filter((name) => name === path[0]).map((variable) => ({ variable, problem: message })),
      );
  for (const variable of ['DATABASE_URL', 'DIRECT_DATABASE_URL'] as const) {
    const isForm = !malformed.some((fault) => fault.variable === variable);
    const problems = isForm && given[variable] ? databaseUrlProblems(given[variable]) : [];
    malformed.push(...problems.map((problem) => ({ variable, problem })));
  }
  const proxy = proxyOf(environment, given);
  const isUnread = new Set(unread.map(({ variable }) => variable));
  const faults = [
    ...unread,
    ...[...malformed, ...rulesBroken(given)]
      .map(({ problem, variable }) => ({ variable: setAs(variable), problem }))
      // A file that cannot be read is reported once, not as a missing value too.
      .filter(({ variable }) => !isUnread.has(variable)),
    ...proxy.faults,
  ];
  if (!parsed.success || faults.length > 0) throw new SettingsError(faults);
  return { ...group(parsed.data), proxy: proxy.proxy };
}
