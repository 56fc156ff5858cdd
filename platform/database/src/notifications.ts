import type { Logger } from '@vre/telemetry';
import pg from 'pg';

/** Ends a subscription. */
export type Listener = { close(): Promise<void> };

/** LISTEN on any number of channels over one connection, opened with the first and kept alive. */
export interface Notifications {
  listen(channel: string, onNotify: () => void): Promise<Listener>;
  close(): Promise<void>;
}

const reconnectMilliseconds = 500;

export function createNotifications(options: pg.ClientConfig, log: Logger): Notifications {
  const channels = new Map<string, Set<() => void>>();
  let connected: Promise<pg.Client> | undefined;
  let retry: NodeJS.Timeout | undefined;
  let closed = false;

  async function connect(): Promise<pg.Client> {
    const client = new pg.Client({ ...options, application_name: 'vre listen', keepAlive: true });
    client.on('notification', ({ channel }) => {
      for (const onNotify of channels.get(channel) ?? []) onNotify();
    });
    client.on('error', (error) => log.warn({ err: error }, 'lost the notification connection'));
    client.on('end', () => {
      connected = undefined;
      if (!closed) retry = setTimeout(reconnect, reconnectMilliseconds);
    });
    await client.connect();
    for (const channel of channels.keys()) await client.query(`listen ${quoted(channel)}`);
    return client;
  }
  function connection(): Promise<pg.Client> {
    connected ??= connect().catch((error) => {
      connected = undefined;
      throw error;
    });
    return connected;
  }
  /** Something may have been missed while the connection was away, so everybody is told to look. */
  function reconnect(): void {
    connection().then(
      () => {
        for (const listeners of channels.values()) for (const onNotify of listeners) onNotify();
      },
      (error) => {
        log.warn({ err: error }, 'cannot listen for notifications yet');
        if (!closed) retry = setTimeout(reconnect, 4 * reconnectMilliseconds);
      },
    );
  }

  return {
    listen: async (channel, onNotify) => {
      const listeners = channels.get(channel) ?? new Set();
      channels.set(channel, listeners);
      listeners.add(onNotify);
      await (await connection()).query(`listen ${quoted(channel)}`);
      onNotify();
      return {
        close: async () => {
          listeners.delete(onNotify);
        },
      };
    },
    close: async () => {
      closed = true;
      clearTimeout(retry);
      const client = await connected?.catch(() => undefined);
      await client?.end();
    },
  };
}

const quoted = (channel: string) => `"${channel.replaceAll('"', '""')}"`;
