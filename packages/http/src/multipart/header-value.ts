/** A header value such as `form-data; name="image"`; both names are lower case. */
export interface HeaderValue {
  value: string;
  parameters: ReadonlyMap<string, string>;
}

/**
 * Reads `value; name=token; name="quoted string"` (RFC 9110, 5.6). Undefined when it is not exactly that or a
 * parameter comes twice: two readers could then disagree about which one counts.
 */
export function parseHeaderValue(text: string): HeaderValue | undefined {
  const parameters = new Map<string, string>();
  const semicolon = text.indexOf(';');
  const value = (semicolon === -1 ? text : text.slice(0, semicolon)).trim().toLowerCase();
  if (value === '') return undefined;
  let at = semicolon === -1 ? text.length : semicolon;
  while (at < text.length) {
    if (text[at] !== ';') return undefined;
    at = skipSpaces(text, at + 1);
    if (at === text.length) break;
    const equals = text.indexOf('=', at);
    if (equals === -1) return undefined;
    const name = text.slice(at, equals).toLowerCase();
    if (!isToken(name) || parameters.has(name)) return undefined;
    const read = text[equals + 1] === '"' ? readQuoted(text, equals + 2) : readToken(text, equals + 1);
    if (read === undefined) return undefined;
    parameters.set(name, read.value);
    at = skipSpaces(text, read.end);
  }
  return { value, parameters };
}

/** Letters, digits and the fifteen signs a header name or an unquoted value may hold (RFC 9110, 5.6.2). */
export function isToken(text: string): boolean {
  return /^[\w!#$%&'*+\-.^`|~]+$/.test(text);
}

interface Read {
  value: string;
  end: number;
}

function readToken(text: string, from: number): Read | undefined {
  let end = from;
  while (end < text.length && text[end] !== ';' && text[end] !== ' ' && text[end] !== '\t') end += 1;
  const value = text.slice(from, end);
  return isToken(value) ? { value, end } : undefined;
}

/** Only `\"` and `\\` are escapes: browsers write `"` as %22 and leave a Windows path's backslashes as they are. */
function readQuoted(text: string, from: number): Read | undefined {
  let value = '';
  for (let at = from; at < text.length; at += 1) {
    const sign = text[at];
    if (sign === '"') return { value, end: at + 1 };
    const escaped = text[at + 1];
    if (sign === '\\' && (escaped === '"' || escaped === '\\')) {
      value += escaped;
      at += 1;
    } else {
      value += sign;
    }
  }
  return undefined;
}

function skipSpaces(text: string, from: number): number {
  let at = from;
  while (text[at] === ' ' || text[at] === '\t') at += 1;
  return at;
}
