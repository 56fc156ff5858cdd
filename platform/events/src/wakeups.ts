import { type Database, type Queryable, sql } from '@vre/database';

/** Tells the daemons of a service, in whichever process they run, that there is work. */
export interface Wakeups {
  /** Wakes every daemon of the service when the transaction commits; many calls in one transaction count once. */
  wake(transaction: Queryable): Promise<void>;
  subscribe(onWake: () => void): () => void;
  close(): Promise<void>;
}

/** `schema` is a constant of the service. `listening` is false in processes that run no daemons. */
export async function createWakeups(
  database: Database,
  schema: string,
  listening: boolean,
): Promise<Wakeups> {
  const channel = `${schema}_work`;
  const subscribers = new Set<() => void>();
  const listener = listening
    ? await database.listen(channel, () => {
        for (const subscriber of subscribers) subscriber();
      })
    : undefined;
  return {
    wake: async (transaction) => {
      await sql`select pg_notify(${channel}, '')`.execute(transaction);
    },
    subscribe: (onWake) => {
      subscribers.add(onWake);
      return () => subscribers.delete(onWake);
    },
    close: async () => listener?.close(),
  };
}
