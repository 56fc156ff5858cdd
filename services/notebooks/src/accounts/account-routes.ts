import type { Database } from '@vre/database';
import type { FastifyInstance } from 'fastify';
import { listAccounts } from './account-store.ts';

/** What the operator sees on the control socket: who is who, also where the hub gave another name. */
export function accountRoutes(app: FastifyInstance, database: Database): void {
  app.get('/accounts', async () => {
    const accounts = await listAccounts(database.direct);
    return {
      accounts: accounts.map(({ name, username, issuer, subject, fullName, email, createdAt }) => ({
        name,
        username,
        mapped: name !== username,
        issuer,
        subject,
        fullName,
        email,
        createdAt: createdAt.toISOString(),
      })),
    };
  });
}
