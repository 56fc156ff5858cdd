import { setTimeout as pause } from 'node:timers/promises';
import type { ServerModel } from '@vre/protocol-jupyterhub';
import type { OpenHub } from './open-hub.ts';

type Hub = Pick<OpenHub, 'api' | 'user' | 'server'>;
type Wanted = { readonly name: string; readonly profile: string | undefined; readonly rescue?: boolean };

/** "your server" or "your server NAME", for sentences. */
export const serverCalled = (name: string): string => (name === '' ? 'your server' : `your server "${name}"`);

/**
 * A ready server: the one that runs, or that is being started, or a new start. `tell` hears the story in percent and
 * words. @returns it, and whether this call asked for the start. @throws when it runs with another environment, or
 * fails, with the last lines of its log.
 */
export async function startServer(
  hub: Hub,
  wanted: Wanted,
  tell: (percent: number, message: string) => void,
): Promise<{ readonly server: ServerModel; readonly started: boolean }> {
  const before = await hub.server(wanted.name);
  const running = before !== undefined && !before.stopped;
  if (running) refuseOther(before, wanted);
  if (running && before.ready) return { server: before, started: false };
  if (!running) {
    const options = {
      ...(wanted.profile === undefined ? {} : { profile: wanted.profile }),
      ...(wanted.rescue ? { rescue: true } : {}),
    };
    await hub.api.startServer(hub.user, wanted.name, options);
  }
  for await (const event of hub.api.progress(hub.user, wanted.name)) {
    tell(event.progress, event.message ?? '');
    if (event.failed === true) throw new Error(await whyItFailed(hub, wanted.name, event.message ?? ''));
  }
  const server = await hub.server(wanted.name);
  if (server?.ready !== true)
    throw new Error(`${serverCalled(wanted.name)} did not get ready: start it once more`);
  return { server, started: !running };
}

/** Asks for the end and waits for it; false when nothing ran. */
export async function stopServer(hub: Hub, name: string): Promise<boolean> {
  const before = await hub.server(name);
  if (before === undefined || before.stopped) return false;
  if ((await hub.api.stopServer(hub.user, name)) === 'pending') {
    // The hub tells ends to browsers by their session alone.
    while ((await hub.server(name))?.stopped === false) await pause(300);
  }
  return true;
}

function refuseOther(server: ServerModel, { name, profile }: Wanted): void {
  const runs = server.vre?.profile;
  if (profile === undefined || runs === undefined || runs === profile) return;
  const stop = `vre notebook stop${name === '' ? '' : ` --server ${name}`}`;
  throw new Error(
    `${serverCalled(name)} runs with ${runs}, not ${profile}: end it ("${stop}"), or name another one (--server)`,
  );
}

async function whyItFailed({ server }: Hub, name: string, message: string): Promise<string> {
  const log = (await server(name))?.vre?.log ?? [];
  return [message, ...log.slice(-15).map((line) => `  ${line}`)].join('\n');
}
