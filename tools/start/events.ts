/** What the web process tells the launcher, one JSON object a line. */
export type WebEvent =
  | { type: 'admin'; email: string; password?: string }
  | { type: 'notice'; text: string }
  | { type: 'ready' };

/** Undefined for a line that is something else, such as a log entry. */
export function parseEvent(line: string): WebEvent | undefined {
  if (!line.startsWith('{')) return undefined;
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return undefined;
  }
  if (typeof value !== 'object' || value === null || !('type' in value)) return undefined;
  const text = (key: string): string | undefined => {
    const found: unknown = Reflect.get(value, key);
    return typeof found === 'string' ? found : undefined;
  };
  const [email, password, notice] = [text('email'), text('password'), text('text')];
  if (value.type === 'ready') return { type: 'ready' };
  if (value.type === 'notice' && notice !== undefined) return { type: 'notice', text: notice };
  if (value.type === 'admin' && email !== undefined) {
    return { type: 'admin', email, ...(password === undefined ? {} : { password }) };
  }
  return undefined;
}

/** Next's own greeting, which says nothing that the launcher does not say. */
export function isGreeting(line: string): boolean {
  return /^\s*$|^\s*(?:▲|✓|○|- (?:Local|Network|Environments|Experiments))/.test(line);
}
