import { readFile, writeFile } from 'node:fs/promises';
import { basename } from 'node:path';
import type { Command } from 'commander';
import { executeNotebook, parseNotebook, textOutputs } from '../notebook/execute-notebook.ts';
import { type OpenHub, openHub } from '../notebook/open-hub.ts';
import { serverCalled, startServer, stopServer } from '../notebook/start-server.ts';
import { type ClientOptions, openClient, withClient } from './client-target.ts';

type ServerOptions = ClientOptions & { readonly server: string };
type ExecOptions = ServerOptions & {
  readonly profile?: string;
  readonly output?: string;
  readonly path?: string;
  readonly keep?: boolean;
};

const say = (line: string) => void process.stderr.write(`${line}\n`);
const print = (line: string) => void process.stdout.write(`${line}\n`);
const story = (percent: number, message: string) => say(`${String(percent).padStart(3)} %  ${message}`);

/** `vre notebook start|stop|list|open|log|exec`: notebook servers of one's own. */
export function addNotebookCommands(program: Command): void {
  const notebook = program
    .command('notebook')
    .description('notebook servers of your own: start, stop, look, and run a notebook on one');
  withServer(notebook.command('start'))
    .description('start a server and tell the progress; signs you in the first time')
    .option('--profile <name>', 'environment card, such as minimal; the one used last, or the first')
    .option('--rescue', 'when your home is full: start with an empty one, with yours in ~/home to tidy up')
    .action((options: ServerOptions & { readonly profile?: string; readonly rescue?: boolean }) =>
      atHub(options, async (hub) => {
        const wanted = { name: options.server, profile: options.profile, rescue: options.rescue === true };
        const { server } = await startServer(hub, wanted, story);
        print(addressOf(hub, server.url));
      }),
    );
  withServer(notebook.command('stop'))
    .description('stop a server; files stay')
    .action((options: ServerOptions) =>
      atHub(options, async (hub) => {
        const stopped = await stopServer(hub, options.server);
        say(
          stopped
            ? `${serverCalled(options.server)} has ended`
            : `${serverCalled(options.server)} did not run`,
        );
      }),
    );
  withClient(notebook.command('list'))
    .description('list your servers')
    .option('--json', 'print JSON')
    .action((options: ClientOptions & { readonly json?: boolean }) =>
      atHub(options, async (hub) => {
        const servers = Object.values((await hub.api.user(hub.user)).servers ?? {});
        if (options.json) return print(JSON.stringify(servers, null, 2));
        if (servers.length === 0) return say('no servers yet: vre notebook start');
        for (const { name, ready, url, vre } of servers) {
          const until = vre?.stops_at ? `until ${vre.stops_at.slice(0, 16).replace('T', ' ')} UTC` : '';
          const columns = [
            (name === '' ? '(default)' : name).padEnd(16),
            (vre?.state ?? '').padEnd(10),
            (vre?.profile ?? '').padEnd(15),
            ready ? addressOf(hub, url) : (vre?.message ?? ''),
            until,
          ];
          print(columns.join(' ').trimEnd());
        }
      }),
    );
  withServer(notebook.command('open'))
    .description('print the address of a running server')
    .action((options: ServerOptions) =>
      atHub(options, async (hub) => {
        const server = await hub.server(options.server);
        if (server?.ready !== true)
          throw new Error(`${serverCalled(options.server)} does not run: vre notebook start`);
        print(addressOf(hub, server.url));
      }),
    );
  withServer(notebook.command('log'))
    .description('print the last lines of the log of a server, running or not')
    .action((options: ServerOptions) =>
      atHub(options, async (hub) => {
        for (const line of await hub.api.serverLog(hub.user, options.server)) print(line);
      }),
    );
  addExec(notebook);
  addToWorkflow(notebook);
}

function addExec(notebook: Command): void {
  withServer(notebook.command('exec'))
    .description('run all cells of a notebook on a server and save it with its outputs')
    .argument('<notebook>', 'an .ipynb file of this machine')
    .option('--profile <name>', 'environment card, when a server has to be started for it')
    .option('--output <file>', 'where the notebook with its outputs goes; NAME.executed.ipynb unless given')
    .option('--path <path>', 'its place in your home there; executed/NAME.ipynb unless given')
    .option('--keep', 'leave a server running that was started for it')
    .action((file: string, options: ExecOptions) =>
      atHub(options, async (hub) => {
        const notebook = parseNotebook(await readFile(file, 'utf8'), file);
        const wanted = { name: options.server, profile: options.profile };
        const { server, started } = await startServer(hub, wanted, story);
        try {
          const path = options.path ?? `executed/${basename(file)}`;
          const done = await executeNotebook(hub.jupyter(server), path, notebook, (cell, of) =>
            say(`cell ${cell} of ${of}`),
          );
          const output = options.output ?? file.replace(/(\.ipynb)?$/, '.executed.ipynb');
          await writeFile(output, `${JSON.stringify(done.notebook, null, 1)}\n`);
          process.stdout.write(textOutputs(done.notebook));
          say(`saved ${output}`);
          if (done.failed !== undefined) throw done.failed;
        } finally {
          if (started && options.keep !== true) await stopServer(hub, options.server);
        }
      }),
    );
}

type WorkflowOptions = ServerOptions & {
  readonly profile?: string;
  readonly parameter: readonly string[];
  readonly dataset: readonly string[];
  readonly file: readonly string[];
  readonly result?: string;
  readonly name?: string;
};

function addToWorkflow(notebook: Command): void {
  const collect = (value: string, before: readonly string[]) => [...before, value];
  withServer(notebook.command('to-workflow'))
    .description('run a notebook as a workflow, with parameters, data of the lake and registered results')
    .argument('<notebook>', 'an .ipynb file of this machine')
    .option('--profile <name>', 'environment card; that of your server, or the first')
    .option(
      '--parameter <name=value>',
      'value for the cell tagged "parameters"; as often as needed',
      collect,
      [],
    )
    .option('--dataset <did>', 'scope:name whose files are put into data/; as often as needed', collect, [])
    .option('--result <did>', 'dataset that the results are registered in')
    .option('--file <path>', 'a result besides the notebook with its outputs', collect, [])
    .option('--name <name>', 'name of the run; that of the notebook unless given')
    .action((file: string, options: WorkflowOptions) =>
      atHub(options, async (hub) => {
        const { parameter, dataset, file: files, profile, result, name } = options;
        const run = await hub.api.sendToWorkflow(hub.user, options.server, {
          path: basename(file),
          notebook: parseNotebook(await readFile(file, 'utf8'), file),
          parameters: parametersOf(parameter),
          dataset,
          files,
          ...(profile === undefined ? {} : { profile }),
          ...(result === undefined ? {} : { result }),
          ...(name === undefined ? {} : { name }),
        });
        print(run.name);
        say(`follow it at ${run.url}, or: reana-client status -w ${run.name}`);
      }),
    );
}

function parametersOf(words: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    words.map((word) => {
      const equals = word.indexOf('=');
      if (equals < 1) throw new Error(`--parameter ${word}: must be NAME=VALUE`);
      return [word.slice(0, equals), word.slice(equals + 1)];
    }),
  );
}

const withServer = (command: Command): Command =>
  withClient(command).option('--server <name>', 'a named server; your default one unless given', '');

const addressOf = (hub: OpenHub, path: string): string => new URL(path, hub.address).href;

/** Opens the hub for one command. */
async function atHub(options: ClientOptions, act: (hub: OpenHub) => Promise<void>): Promise<void> {
  const { portal, addresses, client } = await openClient(options);
  const hub = await openHub({ portal, authorityFile: addresses.authorityFile, client, show: say });
  try {
    await act(hub);
  } finally {
    await hub.close();
  }
}
