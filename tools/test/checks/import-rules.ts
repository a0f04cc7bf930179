/** A source file, by its path from the root with forward slashes, and what it imports as written. */
export interface SourceFile {
  file: string;
  imports: readonly string[];
}

/** What a workspace package lets others import: `.` and any subpaths. */
export type Exports = ReadonlyMap<string, ReadonlySet<string>>;

const SCOPE = '@plantcommunity/';
/** The entry of the web process. */
const SERVER = 'apps/web/server.ts';

/** Who may import whom: each may import what stands to its right in the design's order. */
const ALLOWED: Readonly<Record<string, readonly string[]>> = {
  'apps/web': ['api', 'operations', 'auth', 'identification', 'http', 'resilience', 'db', 'telemetry', 'settings'],
  'apps/provider-simulator': [],
  'packages/api': ['operations', 'auth', 'identification', 'http', 'resilience', 'db', 'telemetry'],
  'packages/operations': ['auth', 'identification', 'http', 'resilience', 'db', 'telemetry'],
  'packages/auth': ['identification', 'http', 'resilience', 'db', 'telemetry'],
  'packages/identification': ['http', 'resilience', 'db', 'telemetry'],
  'packages/http': ['resilience', 'telemetry'],
  'packages/resilience': [],
  'packages/db': [],
  'packages/telemetry': [],
  'packages/settings': [],
  tools: ['resilience', 'db', 'settings'],
  // Browser tests put users into the database themselves.
  e2e: ['auth', 'db', 'resilience', 'telemetry'],
};

/** What tests may import beside: the simulator's meet it with the clients that it stands in for. */
const ALLOWED_IN_TESTS: Readonly<Record<string, readonly string[]>> = {
  'apps/provider-simulator': ['identification', 'resilience'],
};

function mayImport(owner: string, name: string, isTest: boolean): boolean {
  return (ALLOWED[owner]?.includes(name) || (isTest && ALLOWED_IN_TESTS[owner]?.includes(name))) ?? false;
}

/** The workspace folder a file belongs to; the root's own files belong to ''. */
function ownerOf(file: string): string {
  const [first = '', second = ''] = file.split('/');
  if (first === 'apps' || first === 'packages') return `${first}/${second}`;
  return file.includes('/') ? first : '';
}

function resolveRelative(file: string, specifier: string): string {
  const parts = file.split('/').slice(0, -1);
  for (const part of specifier.split('/')) {
    if (part === '..') parts.pop();
    else if (part !== '.') parts.push(part);
  }
  return parts.join('/');
}

function faultOf(file: string, specifier: string, exports: Exports): string | undefined {
  const owner = ownerOf(file);
  if (specifier.startsWith('.')) {
    const target = ownerOf(resolveRelative(file, specifier));
    return target === owner ? undefined : `reaches into ${target || 'the root'}; import it by its package name`;
  }
  if (!specifier.startsWith(SCOPE)) return undefined;
  const [name = '', ...rest] = specifier.slice(SCOPE.length).split('/');
  if (`packages/${name}` === owner) return 'imports its own package by name; use a relative path';
  if (!mayImport(owner, name, file.endsWith('.test.ts'))) return `may not import ${name}`;
  if (name === 'settings' && owner === 'apps/web' && !file.startsWith('apps/web/src/server/') && file !== SERVER) {
    return 'may not import settings: only apps/web/server.ts and src/server do and hand plain values on';
  }
  const subpath = ['.', ...rest].join('/');
  return exports.get(name)?.has(subpath) ? undefined : `imports ${subpath}, which ${name} does not export`;
}

/** Every import that breaks the order of the house, a line each. */
export function importFaults(files: readonly SourceFile[], exports: Exports): string[] {
  return files.flatMap(({ file, imports }) =>
    imports.flatMap((specifier) => {
      const fault = faultOf(file, specifier, exports);
      return fault === undefined ? [] : [`${file}: '${specifier}' ${fault}`];
    }),
  );
}

const COMMENTS = /\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm;
const STATEMENTS =
  /^\s*(?:import|export)\b[^'"`;]*?\bfrom\s*['"]([^'"]+)['"]|^\s*import\s*['"]([^'"]+)['"]|\bimport\(\s*['"]([^'"]+)['"]/gm;

/** What a module imports, types included, statically or not. */
export function importsIn(source: string): string[] {
  return [...source.replaceAll(COMMENTS, '').matchAll(STATEMENTS)].flatMap((match) => {
    const specifier = match[1] ?? match[2] ?? match[3];
    return specifier === undefined ? [] : [specifier];
  });
}
