import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { lakeTokenRequest, writeRucioFiles } from '@vre/client-files';
import type { JobRef } from '@vre/compute-port';
import { chooseBackend } from '@vre/compute-process';
import { NotConnected } from '@vre/identity';
import { homeBytes, rescueBytes, roomInHome } from '../folders/home-space.ts';
import { serverFolders } from '../folders/server-folders.ts';
import { StartFailure } from '../servers/server-failure.ts';
import { enterStarting, recordJob } from '../servers/server-lease-store.ts';
import { recordHomeBytes } from '../servers/server-store.ts';
import { buildReport, notOurs, type StartLife } from '../servers/start-life.ts';
import { sealStartSecrets } from '../servers/start-secrets.ts';
import { writeDaskIdentity } from './dask-security.ts';
import { freePort } from './free-port.ts';
import { serverJobSpec } from './job-spec.ts';
import { writeJupyterSettings } from './jupyter-settings.ts';
import { makeLakeFolder, visibleElements } from './lake-folder.ts';
import { prepareSoftware } from './prepare-environments.ts';
import { mintReanaToken, revokeReanaToken } from './reana-token.ts';
import {
  folderName,
  homeDirectory,
  makePrivate,
  makeServerFolder,
  overlayDirectory,
  serversDirectory,
} from './server-folder.ts';
import { serverVariables } from './server-variables.ts';

const secondsADay = 86_400;
const activitySeconds = 300;

/** When tokens that end at `expiresAt` are renewed: at half of what is left. */
export const renewalTime = (now: Date, expiresAt: Date): Date =>
  new Date(now.getTime() + Math.max((expiresAt.getTime() - now.getTime()) / 2, 1000));

/** Prepares everything one start needs and submits its job; answers the job once it is written down. */
export async function launchServer(life: StartLife): Promise<JobRef> {
  const { parts, server, owner, worker, signal } = life;
  const { addresses, policy, dataDirectory } = parts;
  await life.tell(3, 'Looking for a place to run');
  const chosen = await chooseBackend(parts.local);
  if (chosen.backend === undefined) throw new StartFailure(`Servers cannot run here: ${chosen.sentence}`);

  const directory = join(serversDirectory(dataDirectory), folderName(server.id, server.startNumber));
  const folder = await makeServerFolder(directory);
  const ownHome = homeDirectory(dataDirectory, owner.id);
  const overlays = join(dataDirectory, 'overlays', owner.id);
  const overlay = overlayDirectory(dataDirectory, owner.id, server.profile);
  await makePrivate(ownHome, join(dataDirectory, 'homes'));
  await makePrivate(join(dataDirectory, 'overlays', owner.id), join(dataDirectory, 'overlays'));
  await makePrivate(overlay, overlays);
  const rescue = server.options['rescue'] === true;
  const home = rescue ? folder.rescueHome : ownHome;
  if (rescue) await mkdir(home, { recursive: true, mode: 0o700 });
  const used = await homeBytes(ownHome, overlays);
  await recordHomeBytes(parts.database.direct, server.id, used);
  const diskBytes = rescue
    ? rescueBytes
    : roomInHome(used, { home: policy.homeBytes, server: policy.diskBytes });

  await life.tell(5, `Preparing the environment ${server.profile}`);
  const builds = buildReport(life, 5, 60);
  const software = await prepareSoftware(parts, {
    profile: server.profile,
    settings: folder.settings,
    overlay,
    report: builds.report,
    signal,
  });
  await builds.settled();

  await life.tell(62, 'Getting your tokens for the data lake and for workflows');
  const lakeToken = await parts.keeper
    .accessToken(owner, lakeTokenRequest(addresses))
    .catch((error: unknown) => {
      if (!(error instanceof NotConnected)) throw error;
      throw new StartFailure(
        `The hub may not act for you any more: open ${addresses.notebooks}/hub/login, sign in, and start the server again.`,
        { cause: error },
      );
    });
  await writeRucioFiles(folder.credentials, { addresses, account: owner.username, token: lakeToken.token });
  await writeDaskIdentity(folder.credentials, parts.clock.now(), policy.longestLifeSeconds);
  const reana = await mintReanaToken(
    parts,
    owner,
    `notebook server ${server.name === '' ? 'of' : `${server.name} of`} ${parts.clock.now().toISOString().slice(0, 16)}`,
    Math.ceil(policy.longestLifeSeconds / secondsADay) + 1,
  ).catch(async (error: unknown) => {
    parts.log.warn({ err: error, serverId: server.id }, 'no REANA token for a server');
    await life.tell(64, 'Workflows cannot be reached now: reana-client will ask for a token');
    return undefined;
  });

  try {
    await life.tell(66, 'Writing the configuration');
    const lake = join(dataDirectory, 'lake');
    const { visible, sentences } = await visibleElements(parts.elements, process.getuid?.() ?? -1);
    const folders = await serverFolders(
      parts,
      owner,
      folder.settings,
      chosen.description.name === 'bubblewrap',
    );
    for (const sentence of [...sentences, ...folders.sentences]) await life.tell(66, sentence);
    await makeLakeFolder(lake, visible);
    await writeJupyterSettings(folder.settings, {
      addresses,
      credentials: folder.credentials,
      elements: visible,
      lake,
    });
    const port = await freePort();
    const now = parts.clock.now();
    const hubToken = await parts.database.transaction(async (transaction) => {
      await parts.tokens.revokeServerTokens(transaction, server.id);
      const token = await parts.tokens.issueServerToken(transaction, {
        accountId: owner.id,
        accountName: owner.name,
        serverId: server.id,
        serverName: server.name,
        now,
      });
      const ours = await enterStarting(transaction, worker, server.id, {
        directory,
        port,
        environment: server.profile,
        isolation: [chosen.description.isolation, chosen.note].filter(Boolean).join('; '),
        sealedSecrets: sealStartSecrets(parts.secrets, server.id, {
          hubToken: token,
          reanaTokenId: reana?.id ?? null,
        }),
        tokensRenewAt: renewalTime(now, lakeToken.expiresAt),
        tokensExpireAt: lakeToken.expiresAt,
      });
      if (!ours) throw notOurs();
      return token;
    });
    // From here on the row knows of the tokens: whoever ends the start revokes them.
    const spec = serverJobSpec({
      server,
      owner,
      folder,
      home,
      fullHome: rescue ? ownHome : undefined,
      folders,
      diskBytes,
      first: software.kernels.first,
      overlay,
      lake,
      elements: visible.map((element) => element.directory),
      readable: software.readable,
      variables: serverVariables({
        owner,
        server,
        port,
        addresses,
        home,
        settings: folder.settings,
        credentials: folder.credentials,
        jupyterPath: software.kernels.jupyterPath,
        binDirectories: software.binDirectories,
        activitySeconds: Math.max(5, Math.min(activitySeconds, Math.floor(policy.idleSeconds / 4))),
        limits: policy,
        kernels: software.kernels.variables,
      }),
      secrets: {
        JUPYTERHUB_API_TOKEN: hubToken,
        JPY_API_TOKEN: hubToken,
        ...(reana === undefined ? {} : { REANA_ACCESS_TOKEN: reana.token }),
      },
      port,
      policy,
    });
    await life.tell(70, `Starting JupyterLab (${chosen.description.name})`);
    const job = await chosen.backend.submit(spec);
    if (await recordJob(parts.database.direct, worker, server.id, job)) return job;
    // Stopped between the decision to start and the start.
    await chosen.backend.cancel(job, { graceSeconds: 0 });
    throw notOurs();
  } catch (error) {
    // Revoked here as well, because the row may not know of it yet; twice does no harm.
    if (reana !== undefined) await revokeReanaToken(parts, owner, reana.id).catch(() => undefined);
    throw error;
  }
}
