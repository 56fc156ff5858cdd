/** Where our hub answers otherwise than JupyterHub on purpose; `docs/reference/hub-api.md` gives the same reasons. */
export type Deviation = {
  /** Steps of the script; none: any. */
  readonly steps?: readonly string[];
  /** How the found difference begins, `ours ≠ JupyterHub's`; `…` before it: how it ends. */
  readonly what: string;
  /** Sentence of the page. */
  readonly because: string;
};

export const deviations: readonly Deviation[] = [
  {
    what: 'status 200 ≠ 404',
    steps: ['who am I, slash', 'myself, slash', 'tokens, slash', 'users, slash'],
    because: 'A slash at the end of an address changes nothing.',
  },
  {
    what: '…user_info (only JupyterHub)',
    because: 'There is no `user_info`: names and groups stand in the model’s own fields.',
  },
  {
    what: '…auth_state (only JupyterHub)',
    because: 'There is no `auth_state`: what the sign-in service gave the hub is shown to nobody.',
  },
  {
    what: '…servers..state (only JupyterHub)',
    because: 'There is no `state` of a spawner: what runs a server is the platform’s own business.',
  },
  {
    what: 'status 400 ≠ 200',
    steps: ['users from a negative offset'],
    because: 'A negative offset is a mistake, answered 400.',
  },
  {
    what: 'status 404 ≠ 405',
    steps: ['wrong method'],
    because: 'A method that an address does not have is answered 404.',
  },
  {
    what: 'status 404 ≠ 403',
    steps: ['a token for somebody else', 'shutting the hub down as a user'],
    because:
      'Who may not do something for somebody is answered 404, whether they exist or not; nobody shuts the hub down through its API.',
  },
  {
    what: 'groups (only JupyterHub)',
    steps: ['who has the narrow token', 'myself by the narrow token'],
    because: 'Groups are shown to tokens with `read:users:groups`, not to every token of the person.',
  },
  {
    what: 'type application/json ≠ ',
    steps: ['start', 'start while starting'],
    because:
      'A start is answered with the server’s model, and always with 202: what happens next is told by its progress.',
  },
  {
    what: '… ≠ "undefined"',
    steps: ['start', 'start while starting'],
    because: 'A start is answered with the server’s model',
  },
  {
    what: 'status 202 ≠ 204',
    steps: ['stop'],
    because:
      'A stop is answered 202 at once; JupyterHub waits up to ten seconds for the end, and then says 204.',
  },
  {
    what: '….user_options.profile (only ours)',
    because: 'Every server was started from a card: `user_options.profile` names it.',
  },
  {
    what: '….vre (only ours)',
    because: 'Servers have a field `vre` with state, message, percent and log lines.',
  },
  {
    what: 'status 200 ≠ 403',
    steps: ['services as a user'],
    because: 'Everybody may list services: there is nothing secret about them.',
  },
  {
    what: 'status 405 ≠ 201',
    steps: ['making a user', 'making users'],
    because:
      'People are made and removed at the sign-in service, so the hub answers 405 to an administrator who tries.',
  },
];
