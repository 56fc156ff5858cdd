/**
 * The hub's way to people's servers in a process of its own, with a person who is signed in and a server that is
 * ready at the port given as argument. Says its address and the browser's cookies to its parent.
 */
import { createServer } from 'node:net';
import { sql } from '@vre/database';
import { createHttpServer } from '@vre/http-server';
import { createServerProxy } from '../../services/notebooks/src/proxy/index.ts';
import { renderError } from '../../services/notebooks/src/render-error.ts';
import { startHub } from '../../services/notebooks/src/testing/hub-under-test.test-support.ts';

const backend = Number(process.argv[2]);
const hub = await startHub();
const { context } = hub;
const proxy = createServerProxy(context, hub.hub.access, () => '/hub/login');
const port = await freePort();
const server = createHttpServer({
  name: 'notebooks',
  log: context.log,
  metrics: context.metrics,
  hostNames: [`127.0.0.1:${port}`],
  renderError,
  onRequest: proxy.onRequest,
  onUpgrade: proxy.onUpgrade,
});
await server.listen([{ host: '127.0.0.1', port }]);

const browser = hub.browser();
await browser.signIn('marie');
await sql`
  insert into hub.server (id, account_id, name, state, start_number, profile, port)
  select ${context.identifiers.uuid()}, id, '', 'ready', 1, 'minimal', ${backend} from hub.account`.execute(
  context.database.direct,
);
process.send?.({
  url: `http://127.0.0.1:${port}/user/marie/api/status`,
  cookie: [...browser.cookies].map(([name, value]) => `${name}=${value}`).join('; '),
});
process.once('disconnect', async () => {
  await proxy.close();
  await server.close(100);
  await hub.close();
  process.exit();
});

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const probe = createServer().listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
}
