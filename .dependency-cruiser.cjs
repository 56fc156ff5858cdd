/** Directions of imports: apps → services → engines, compute, storage → platform → protocols; never sideways. */
const below = {
  protocols: [],
  platform: ['protocols'],
  storage: ['platform', 'protocols'],
  compute: ['platform', 'protocols'],
  engines: ['platform', 'protocols'],
  environments: ['platform', 'protocols'],
  services: ['engines', 'compute', 'storage', 'environments', 'platform', 'protocols'],
};
const rooms = [...Object.keys(below), 'apps'];

const directions = Object.entries(below).map(([room, allowed]) => ({
  name: `${room}-imports-downwards`,
  comment: `${room} may import ${allowed.join(', ') || 'nothing of ours'}`,
  severity: 'error',
  from: { path: `^${room}/` },
  to: { path: `^(${rooms.filter((other) => other !== room && !allowed.includes(other)).join('|')})/` },
}));

module.exports = {
  forbidden: [
    ...directions.map((rule) =>
      rule.from.path === '^platform/'
        ? { ...rule, from: { path: '^platform/', pathNot: '^platform/testing/' } }
        : rule,
    ),
    {
      name: 'no-service-imports-another',
      severity: 'error',
      from: { path: '^services/([^/]+)/' },
      to: { path: '^services/', pathNot: '^services/$1/' },
    },
    {
      name: 'no-sideways-but-ports',
      comment:
        'engines, back-ends and storage protocols know their port and what it is built on, not each other',
      severity: 'error',
      from: { path: '^(engines|storage|compute)/([^/]+)/', pathNot: '\\.test\\.ts$' },
      to: { path: '^$1/', pathNot: '^($1/$2/|$1/port/|storage/checksums/|compute/process/)' },
    },
    {
      name: 'browser-code-is-free-of-node',
      severity: 'error',
      from: { path: '^(protocols|apps/portal/src)/', pathNot: '\\.test\\.tsx?$' },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'no-cycles',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'resolvable',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true, pathNot: '^@vre/portal/package.json$' },
    },
    {
      name: 'tests-are-not-imported',
      severity: 'error',
      from: { pathNot: '\\.test\\.tsx?$' },
      to: { path: '\\.test\\.tsx?$' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '(^|/)(dist|node_modules|dev)/' },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['@vre/source', 'import', 'node', 'default'],
      extensions: ['.ts', '.tsx', '.js', '.mjs', '.cjs', '.json', '.css'],
    },
  },
};
