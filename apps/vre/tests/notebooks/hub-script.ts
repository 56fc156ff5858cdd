/** One request of the script that both hubs are asked. `{me}` is the ordinary account, `{other}` one that is somebody else's. */
export type Step = {
  readonly name: string;
  readonly method?: string;
  readonly path: string;
  readonly json?: unknown;
  /** Body as it stands, for what is no JSON. */
  readonly raw?: string;
  readonly accept?: string;
  /** Whose token: the person's own, the administrator's, a stranger's made-up one, none, or one kept by an earlier step. */
  readonly as?: 'me' | 'administrator' | 'forged' | 'nobody' | 'kept';
  /** Keeps `token` and `id` of the answer as `kept`. */
  readonly keep?: true;
  /** Waits after it until the server has this property. */
  readonly until?: 'ready' | 'stopped';
};

const pages = 'application/jupyterhub-pagination+json';
const now = new Date().toISOString();

/** What people script against a hub, in order: each step sees what those before it did. */
export const script: readonly Step[] = [
  { name: 'version', path: '/', as: 'nobody' },
  { name: 'version without slash', path: '', as: 'nobody' },
  { name: 'info', path: '/info', as: 'administrator' },
  { name: 'info as a user', path: '/info' },
  { name: 'nobody asks who they are', path: '/user', as: 'nobody' },
  { name: 'a forged token', path: '/user', as: 'forged' },
  { name: 'who am I', path: '/user' },
  { name: 'who am I, slash', path: '/user/' },
  { name: 'no such path', path: '/nothing/here' },
  { name: 'wrong method', method: 'PUT', path: '/user' },

  { name: 'myself', path: '/users/{me}' },
  { name: 'myself, slash', path: '/users/{me}/' },
  { name: 'somebody else', path: '/users/{other}' },
  { name: 'nobody of that name', path: '/users/nobody-at-all' },
  { name: 'somebody for an administrator', path: '/users/{me}', as: 'administrator' },
  { name: 'nobody of that name for an administrator', path: '/users/nobody-at-all', as: 'administrator' },
  { name: 'users as a user', path: '/users' },
  { name: 'users', path: '/users', as: 'administrator' },
  { name: 'users, slash', path: '/users/', as: 'administrator' },
  { name: 'a page of users', path: '/users?limit=1', accept: pages, as: 'administrator' },
  { name: 'the page after', path: '/users?limit=1&offset=1', accept: pages, as: 'administrator' },
  { name: 'users sorted', path: '/users?sort=-last_activity', as: 'administrator' },
  { name: 'users sorted by nonsense', path: '/users?sort=shoe_size', as: 'administrator' },
  { name: 'users in a state that is none', path: '/users?state=asleep', as: 'administrator' },
  { name: 'users from a negative offset', path: '/users?offset=-1', as: 'administrator' },
  { name: 'users, as many as a word', path: '/users?limit=many', as: 'administrator' },
  { name: 'users by name', path: '/users?name_filter={me}', as: 'administrator' },
  { name: 'making a user as a user', method: 'POST', path: '/users/somebody-new', json: {} },
  { name: 'changing a user as a user', method: 'PATCH', path: '/users/{me}', json: { admin: true } },
  { name: 'making a user', method: 'POST', path: '/users/somebody-new', json: {}, as: 'administrator' },
  {
    name: 'making users',
    method: 'POST',
    path: '/users',
    json: { usernames: ['newer'] },
    as: 'administrator',
  },

  { name: 'tokens', path: '/users/{me}/tokens' },
  { name: 'tokens, slash', path: '/users/{me}/tokens/' },
  { name: 'tokens of somebody else', path: '/users/{other}/tokens' },
  { name: 'a token for nothing said', method: 'POST', path: '/users/{me}/tokens' },
  {
    name: 'a token with an end',
    method: 'POST',
    path: '/users/{me}/tokens',
    json: { note: 'a', expires_in: 300 },
  },
  {
    name: 'a token with an end before its beginning',
    method: 'POST',
    path: '/users/{me}/tokens',
    json: { expires_in: -5 },
  },
  {
    name: 'a token whose end is a word',
    method: 'POST',
    path: '/users/{me}/tokens',
    json: { expires_in: 'soon' },
  },
  {
    name: 'a token with an unknown scope',
    method: 'POST',
    path: '/users/{me}/tokens',
    json: { scopes: ['fly'] },
  },
  {
    name: 'a token for more than I may',
    method: 'POST',
    path: '/users/{me}/tokens',
    json: { scopes: ['admin:users'] },
  },
  {
    name: 'a token with an unknown role',
    method: 'POST',
    path: '/users/{me}/tokens',
    json: { roles: ['pilot'] },
  },
  { name: 'a token for somebody else', method: 'POST', path: '/users/{other}/tokens', json: {} },
  { name: 'a token from broken JSON', method: 'POST', path: '/users/{me}/tokens', raw: '{"note": ' },
  { name: 'a token from a list', method: 'POST', path: '/users/{me}/tokens', json: [1] },
  {
    name: 'a narrow token',
    method: 'POST',
    path: '/users/{me}/tokens',
    json: { note: 'narrow', scopes: ['read:servers!user={me}', 'read:users:name!user={me}'] },
    keep: true,
  },
  { name: 'the narrow token, looked at', path: '/users/{me}/tokens/{kept}' },
  { name: 'who has the narrow token', path: '/user', as: 'kept' },
  { name: 'myself by the narrow token', path: '/users/{me}', as: 'kept' },
  { name: 'a start by the narrow token', method: 'POST', path: '/users/{me}/server', json: {}, as: 'kept' },
  { name: 'tokens by the narrow token', path: '/users/{me}/tokens', as: 'kept' },
  { name: 'the narrow token, revoked', method: 'DELETE', path: '/users/{me}/tokens/{kept}' },
  { name: 'the narrow token, revoked again', method: 'DELETE', path: '/users/{me}/tokens/{kept}' },
  { name: 'a token of no form', path: '/users/{me}/tokens/xyz' },

  {
    name: 'activity of no server',
    method: 'POST',
    path: '/users/{me}/activity',
    json: { servers: { none: { last_activity: now } } },
  },
  { name: 'activity of nothing', method: 'POST', path: '/users/{me}/activity', json: {} },
  { name: 'activity of mine', method: 'POST', path: '/users/{me}/activity', json: { last_activity: now } },
  {
    name: 'activity at no time',
    method: 'POST',
    path: '/users/{me}/activity',
    json: { last_activity: 'yesterday' },
  },
  {
    name: 'activity in a year',
    method: 'POST',
    path: '/users/{me}/activity',
    json: { last_activity: '2999-01-01T00:00:00Z' },
  },
  {
    name: 'activity of somebody else',
    method: 'POST',
    path: '/users/{other}/activity',
    json: { last_activity: now },
  },

  { name: 'progress of no server', path: '/users/{me}/servers/none/progress' },
  { name: 'stopping what never ran', method: 'DELETE', path: '/users/{me}/server' },
  { name: 'stopping a server that is none', method: 'DELETE', path: '/users/{me}/servers/none' },
  { name: 'starting for somebody else', method: 'POST', path: '/users/{other}/server', json: {} },
  { name: 'start', method: 'POST', path: '/users/{me}/server', json: {} },
  { name: 'start while starting', method: 'POST', path: '/users/{me}/server', json: {} },
  { name: 'myself while starting', path: '/users/{me}', until: 'ready' },
  { name: 'start while running', method: 'POST', path: '/users/{me}/server', json: {} },
  { name: 'myself with a server', path: '/users/{me}' },
  { name: 'progress when ready', path: '/users/{me}/server/progress' },
  { name: 'users that are ready', path: '/users?state=ready', as: 'administrator' },
  { name: 'users that are inactive', path: '/users?state=inactive', as: 'administrator' },
  {
    name: 'activity of the server',
    method: 'POST',
    path: '/users/{me}/activity',
    json: { servers: { '': { last_activity: now } } },
  },
  {
    name: 'removing the default server',
    method: 'DELETE',
    path: '/users/{me}/server',
    json: { remove: true },
  },
  { name: 'stop by a stranger', method: 'DELETE', path: '/users/{me}/server', as: 'forged' },
  { name: 'stop', method: 'DELETE', path: '/users/{me}/server', until: 'stopped' },
  { name: 'stop once more', method: 'DELETE', path: '/users/{me}/server' },
  { name: 'myself, stopped servers too', path: '/users/{me}?include_stopped_servers' },
  { name: 'myself, without stopped servers', path: '/users/{me}' },

  { name: 'groups', path: '/groups', as: 'administrator' },
  { name: 'groups as a user', path: '/groups' },
  { name: 'no such group', path: '/groups/none', as: 'administrator' },
  { name: 'services as a user', path: '/services' },
  { name: 'no such service', path: '/services/none', as: 'administrator' },
  { name: 'routes as a user', path: '/proxy' },
  { name: 'routes', path: '/proxy', as: 'administrator' },
  { name: 'shutting the hub down as a user', method: 'POST', path: '/shutdown' },
];
