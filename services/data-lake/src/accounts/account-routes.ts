import {
  accountAttributeSchema,
  addAccountSchema,
  RucioError,
  requireName,
  updateAccountSchema,
} from '@vre/protocol-rucio';
import type { FastifyInstance } from 'fastify';
import type { Lake } from '../lake.ts';
import { requirePermission } from '../policy.ts';
import { sendCreated, sendDone, sendJson, sendRows } from '../rest/answers.ts';
import { bodyOf } from '../rest/body.ts';
import { segment } from '../rest/query.ts';
import { callerOf } from '../rest/wire.ts';
import { scopesOf } from '../scopes/scope-store.ts';
import { accountStatuses, accountTypes, addAccount, wordOf } from './account-service.ts';
import * as store from './account-store.ts';

const seconds = (date: Date | null): string | null => date?.toISOString().slice(0, 19) ?? null;

function accountRow(account: store.Account) {
  return {
    account: account.name,
    account_type: account.type,
    status: account.status,
    email: account.email,
    created_at: seconds(account.created_at),
    updated_at: seconds(account.updated_at),
    suspended_at: seconds(account.suspended_at),
    deleted_at: seconds(account.deleted_at),
  };
}

/** `/accounts/…`: accounts and their attributes. */
export function accountRoutes(app: FastifyInstance, lake: Lake): void {
  const q = lake.database.direct;

  app.get('/accounts', async (request, reply) =>
    sendRows(reply, await store.listAccounts(q, request.query as Record<string, string>)),
  );
  app.get('/accounts/:account', async (request, reply) => {
    const name = segment(request, 'account');
    const account = await store.accountNamed(q, name === 'whoami' ? callerOf(request).account : name);
    return sendJson(reply, accountRow(account));
  });
  app.post('/accounts/:account', async (request, reply) => {
    requirePermission(callerOf(request), { do: 'administrate', what: 'add accounts' });
    const body = bodyOf(request, addAccountSchema);
    await lake.database.transaction((transaction) =>
      addAccount(lake, transaction, {
        name: segment(request, 'account'),
        type: wordOf(accountTypes, body.type, 'type'),
        email: body.email ?? null,
      }),
    );
    return sendCreated(reply);
  });
  app.put('/accounts/:account', async (request, reply) => {
    requirePermission(callerOf(request), { do: 'administrate', what: 'change accounts' });
    const { status, email, account_type: type } = bodyOf(request, updateAccountSchema);
    const account = await store.accountNamed(q, segment(request, 'account'));
    await store.updateAccount(
      q,
      account.id,
      {
        ...(status === undefined ? {} : { status: wordOf(accountStatuses, status, 'status') }),
        ...(email === undefined ? {} : { email }),
        ...(type === undefined ? {} : { type: wordOf(accountTypes, type, 'type') }),
      },
      lake.clock.now(),
    );
    return sendDone(reply);
  });
  app.delete('/accounts/:account', async (request, reply) => {
    requirePermission(callerOf(request), { do: 'administrate', what: 'remove accounts' });
    const account = await store.accountNamed(q, segment(request, 'account'));
    await store.updateAccount(q, account.id, { status: 'DELETED' }, lake.clock.now());
    return sendDone(reply);
  });

  app.get('/accounts/:account/attr', async (request, reply) => {
    const account = await store.accountNamed(q, segment(request, 'account'));
    return sendJson(reply, await store.attributesOf(q, account.id));
  });
  app.post('/accounts/:account/attr/:key', async (request, reply) => {
    requirePermission(callerOf(request), { do: 'administrate', what: 'change attributes of accounts' });
    const account = await store.accountNamed(q, segment(request, 'account'));
    const key = segment(request, 'key');
    requireName('attribute', key);
    const { value } = bodyOf(request, accountAttributeSchema);
    if (!(await store.insertAttribute(q, account.id, key, value)))
      throw new RucioError('Duplicate', `Account ${account.name} has the attribute ${key} already`);
    return sendCreated(reply);
  });
  app.delete('/accounts/:account/attr/:key', async (request, reply) => {
    requirePermission(callerOf(request), { do: 'administrate', what: 'change attributes of accounts' });
    const account = await store.accountNamed(q, segment(request, 'account'));
    if (!(await store.deleteAttribute(q, account.id, segment(request, 'key'))))
      throw new RucioError(
        'AccountNotFound',
        `Account ${account.name} has no attribute ${segment(request, 'key')}`,
      );
    return sendDone(reply);
  });

  app.get('/accounts/:account/scopes', async (request, reply) => {
    const account = await store.accountNamed(q, segment(request, 'account'));
    const scopes = await scopesOf(q, account.id);
    if (scopes.length === 0) throw new RucioError('ScopeNotFound', `Account ${account.name} has no scope`);
    return sendJson(reply, scopes);
  });
}
