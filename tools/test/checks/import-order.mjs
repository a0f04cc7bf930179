// Configuration of dependency-cruiser: which part of the workspace may import which, and no circle of files.
import { fileURLToPath } from 'node:url';

/**
 * What each part may import of the packages: web -> api -> operations -> identification, auth -> http, resilience, db.
 * A new package or app needs a line here.
 * @type {Readonly<Record<string, readonly string[]>>}
 */
const ALLOWED = {
  'apps/web': [
    'api',
    'client',
    'operations',
    'auth',
    'identification',
    'http',
    'resilience',
    'db',
    'telemetry',
    'settings',
  ],
  'apps/provider-simulator': [],
  'packages/api': ['operations', 'auth', 'identification', 'http', 'resilience', 'db', 'telemetry'],
  'packages/api-clients': [],
  'packages/client': [],
  'packages/operations': ['auth', 'identification', 'resilience', 'db', 'telemetry'],
  'packages/auth': ['identification', 'http', 'resilience', 'db', 'telemetry'],
  'packages/identification': ['http', 'resilience', 'db', 'telemetry'],
  'packages/http': ['resilience', 'telemetry'],
  'packages/resilience': [],
  'packages/db': [],
  'packages/telemetry': [],
  'packages/settings': [],
  tools: ['resilience', 'db', 'settings', 'telemetry'],
  // Browser tests put users into the database themselves, and send the photos that tests of photos make.
  e2e: ['auth', 'client', 'db', 'identification', 'resilience', 'telemetry'],
};

/**
 * What the tests and measurements of a part may import besides: those of the simulator call it with the clients that it
 * serves, those of starts compare the app's answers with the document of the API, and the bench measures the intake of
 * photos.
 * @type {Readonly<Record<string, readonly string[]>>}
 */
const ALLOWED_IN_TESTS = {
  'apps/provider-simulator': ['identification', 'resilience'],
  tools: ['api', 'identification'],
};

/** Tests and what only they or a measurement import. */
export const TESTS = String.raw`\.(?:test|spec)\.tsx?$|/(?:testing|bench)/|^e2e/`;

const parts = Object.keys(ALLOWED);

/**
 * Forbids `part` to import from the workspace anything that is not among `names`.
 * @param {string} part
 * @param {readonly string[]} names of packages
 * @param {{ pathNot?: string }} files that the rule leaves out
 * @returns {import('dependency-cruiser').IForbiddenRuleType}
 */
function importsOnly(part, names, files) {
  const allowed = [part, ...names.map((name) => `packages/${name}`)];
  const others = parts.filter((each) => !allowed.includes(each));
  return {
    name: `imports-of-${part.replace('/', '-')}`,
    comment: `${part} may import ${names.join(', ') || 'no other part'}.`,
    severity: 'error',
    from: { path: `^${part}/`, ...files },
    to: { path: `^(?:${others.join('|')})/` },
  };
}

/** @param {string} part */
function rulesFor(part) {
  const names = ALLOWED[part] ?? [];
  const more = ALLOWED_IN_TESTS[part];
  if (more === undefined) return [importsOnly(part, names, {})];
  const inTests = importsOnly(part, [...names, ...more], {});
  return [importsOnly(part, names, { pathNot: TESTS }), { ...inTests, name: `${inTests.name}-and-its-tests` }];
}

export const options = {
  doNotFollow: { path: ['node_modules'] },
  exclude: { path: [String.raw`(?:^|/)(?:\.next|generated|node_modules)/`] },
  // Imports of types count, too.
  tsPreCompilationDeps: true,
  // Its TypeScript 6 does not know every option of tsconfig.base.json.
  tsConfig: { fileName: fileURLToPath(new URL('dependency-cruiser-tsconfig.json', import.meta.url)) },
  enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'node', 'default', 'types'] },
};

/** @type {import('dependency-cruiser').IConfiguration} */
export default {
  forbidden: [
    ...parts.flatMap(rulesFor),
    {
      name: 'known-part',
      comment: 'A new package or app needs a line in ALLOWED.',
      severity: 'error',
      from: { path: '^(?:packages|apps)/', pathNot: `^(?:${parts.join('|')})/` },
      to: {},
    },
    {
      name: 'package-by-its-name',
      comment: 'Another package is imported by its name, which leads to what it exports.',
      severity: 'error',
      from: { path: '^((?:packages|apps)/[^/]+|tools|e2e)/' },
      to: { pathNot: '^$1/', path: '^(?:packages|apps|tools|e2e)/', dependencyTypes: ['local'] },
    },
    {
      name: 'settings-in-the-composition',
      comment: 'Only apps/web/server.ts, apps/web/src/server and tools read settings; they hand plain values on.',
      severity: 'error',
      from: { path: '^apps/web/', pathNot: String.raw`^apps/web/(?:server\.ts$|src/server/)` },
      to: { path: '^packages/settings/' },
    },
    {
      name: 'no-test-code-in-the-product',
      comment: 'Product code does not import what is there for tests.',
      severity: 'error',
      from: { path: '^(?:packages|apps)/', pathNot: TESTS },
      to: { path: '/testing/' },
    },
    {
      name: 'open-telemetry-export-on-demand',
      comment: 'The modules of the export are imported when an export starts, so that nothing is loaded without one.',
      severity: 'error',
      from: { pathNot: [TESTS, '^packages/telemetry/src/open-telemetry/(?!start|types)'] },
      to: {
        path: '^packages/telemetry/src/open-telemetry/(?!start|types)',
        dependencyTypesNot: ['dynamic-import', 'type-only'],
      },
    },
    {
      name: 'no-file-circle',
      comment: 'Move what both files need into a third one.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
  ],
  options,
};
