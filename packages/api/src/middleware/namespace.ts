import type { ErrorPresenter } from '../errors/problem.ts';

export interface DeprecationDates {
  deprecatedAt: Date;
  sunsetAt: Date;
}

/** The namespace that replaces a deprecated one. */
interface Successor {
  name: string;
  basePath: string;
}

/** Deprecation of a namespace: its dates, and where its clients go instead. */
export interface Deprecation {
  successor: Successor;
  /** Page that tells clients how to migrate. */
  guide: string;
  /** Reads the dates from the settings. */
  readonly dates: (config: { legacy: DeprecationDates }) => DeprecationDates;
}

/** What middleware knows of a namespace, which is one version of the API. */
export interface NamespaceRules {
  /** First step of the namespace's tRPC paths, such as `v1` in `v1.auth.me`. */
  name: string;
  /** Path under which REST serves the namespace, without a slash at its end. */
  basePath: string;
  presenter: { error: ErrorPresenter };
  deprecated?: Deprecation;
}

/** Returns the namespace of a procedure by its full tRPC path. */
export function namespaceOf(
  namespaces: readonly NamespaceRules[],
  procedurePath: string | undefined,
): NamespaceRules | undefined {
  const name = procedurePath?.slice(0, procedurePath.indexOf('.'));
  return namespaces.find((namespace) => namespace.name === name);
}

/** Returns the error presenter for requests outside all namespaces: that of the first, current one. */
export function currentErrorPresenter(namespaces: readonly NamespaceRules[]): ErrorPresenter {
  const [current] = namespaces;
  if (current === undefined) throw new Error('The API has no namespace');
  return current.presenter.error;
}
