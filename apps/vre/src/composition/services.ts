import { createAaiService } from '@vre/aai';
import { createDataLakeService } from '@vre/data-lake';
import { createEdgeService } from '@vre/edge';
import { createNotebooksService } from '@vre/notebooks';
import type { Service, ServiceName } from '@vre/service';
import { createStorageDoorService } from '@vre/storage-door';
import { createWorkflowsService } from '@vre/workflows';
import { firstPartyClients } from './first-party-clients.ts';
import { notebooksParts } from './notebooks-parts.ts';
import { portalDirectory } from './portal-directory.ts';
import type { ProcessContext } from './service-contexts.ts';
import { storageElements } from './storage-elements.ts';
import { workflowsParts } from './workflows-parts.ts';

/** The only place where services are put together. */
export async function composeServices(process: ProcessContext): Promise<ReadonlyMap<ServiceName, Service>> {
  const { configuration, installation } = process;
  const elements = storageElements(installation, configuration);
  const enabled = new Set<ServiceName>(['edge', 'aai', ...configuration.services]);
  const makers: Record<ServiceName, () => Promise<Service>> = {
    aai: async () => {
      const context = await process.contextFor('aai', 'aai');
      const clients = await firstPartyClients(installation, context.addresses);
      return createAaiService(context, configuration.aai, clients);
    },
    'data-lake': async () =>
      createDataLakeService(await process.contextFor('data-lake', 'lake'), configuration['data-lake'], {
        elements,
      }),
    'storage-door': async () => {
      const context = await process.contextFor('storage-door', 'door');
      const { addresses } = context;
      // Those who sign in to the lake with a password carry its own tokens.
      const lake = { issuer: addresses.lake, audiences: [addresses.storageDoor], 'base-path': '/' };
      const door = configuration['storage-door'];
      const trusted = [...door['trusted-issuers'], ...(enabled.has('data-lake') ? [lake] : [])];
      return createStorageDoorService(context, { ...door, 'trusted-issuers': trusted }, { elements });
    },
    workflows: async () =>
      createWorkflowsService(
        await process.contextFor('workflows', 'workflows'),
        configuration.workflows,
        await workflowsParts(installation, configuration),
      ),
    notebooks: async () =>
      createNotebooksService(
        await process.contextFor('notebooks', 'hub'),
        configuration.notebooks,
        await notebooksParts(installation, configuration),
      ),
    edge: async () =>
      createEdgeService(
        await process.contextFor('edge', 'edge'),
        { ...configuration.edge, services: configuration.edge.services.filter((name) => enabled.has(name)) },
        { portalDirectory: portalDirectory() },
      ),
  };
  const services = new Map<ServiceName, Service>();
  for (const name of Object.keys(makers) as ServiceName[]) {
    if (enabled.has(name)) services.set(name, await makers[name]());
  }
  return services;
}
