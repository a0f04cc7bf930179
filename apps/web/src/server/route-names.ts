/** Returns the declared path that a requested one belongs to, such as `/history/[id]`; `unknown` for all others. */
export type RouteNames = (pathname: string) => string;

const FILES = '/_next/';
const VARIABLE = /^(?:\[.+\]|\{.+\})$/;
const REST = /^\[\.\.\..+\]$/;

/**
 * Creates the look-up of declared paths, for labels of metrics: what clients send would be a new label each time.
 * @param declared paths whose variable steps are written `[name]` or `{name}`; a last step `[...name]` stands for one or
 * more steps
 */
export function createRouteNames(declared: readonly string[]): RouteNames {
  const names = new Set(declared);
  const patterns = declared
    .map((name) => ({ name, steps: name.split('/') }))
    .filter(({ steps }) => steps.some((step) => VARIABLE.test(step)));
  return (pathname) => {
    const path = pathname.length > 1 ? pathname.replace(/\/$/, '') : pathname;
    if (names.has(path)) return path;
    if (path.startsWith(FILES)) return `${FILES}*`;
    const sent = path.split('/');
    return patterns.find(({ steps }) => isMatch(steps, sent))?.name ?? 'unknown';
  };
}

function isMatch(steps: readonly string[], sent: readonly string[]): boolean {
  const hasRest = REST.test(steps.at(-1) ?? '');
  if (hasRest ? sent.length < steps.length : sent.length !== steps.length) return false;
  return steps.every((step, index) => (VARIABLE.test(step) ? sent[index] !== '' : step === sent[index]));
}
