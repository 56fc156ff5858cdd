import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { rucioFiles } from '@vre/client-files';
import type { Addresses } from '@vre/service';
import { lakePath } from './lake-folder.ts';

export type SettingsWanted = {
  readonly addresses: Addresses;
  readonly credentials: string;
  /** Local storage elements whose files the server sees. */
  readonly elements: readonly { readonly name: string }[];
  /** Folder of the lake as the server sees it. */
  readonly lake: string;
};

/** One entry of the Rucio extension for every way to get at data: files in place by element, and downloads. */
function rucioInstances({ addresses, credentials, elements, lake }: SettingsWanted) {
  const files = rucioFiles(credentials);
  const common = {
    rucio_base_url: addresses.lake,
    rucio_auth_url: addresses.lake,
    rucio_webui_url: addresses.portal,
    rucio_ca_cert: files.authority,
    site_name: 'VRE',
    wildcard_enabled: true,
    oidc_auth: 'file',
    oidc_file_name: files.token,
  };
  return [
    ...elements.map(({ name }) => ({
      ...common,
      name: `vre-${name.toLowerCase()}`,
      display_name: `VRE data lake, files of ${name} in place`,
      mode: 'replica',
      destination_rse: name,
      rse_mount_path: lakePath(lake, name),
      // The first part of a file's address names the element.
      path_begins_at: 1,
    })),
    {
      ...common,
      name: 'vre-download',
      display_name: 'VRE data lake, downloaded to your home',
      mode: 'download',
    },
  ];
}

/** `jupyter_server_config.json`. */
export function serverSettings(wanted: SettingsWanted): Readonly<Record<string, unknown>> {
  const instances = rucioInstances(wanted);
  return {
    ServerApp: {
      tornado_settings: {
        headers: { 'Content-Security-Policy': `frame-ancestors 'self' ${wanted.addresses.portal}` },
      },
    },
    RucioConfig: {
      instances,
      default_instance: instances[0]?.name,
      default_auth_type: 'oidc',
      log_level: 'warning',
    },
  };
}

/**
 * `jupyter_server_config.py`: the Rucio panel asks for credentials before its first call unless a row says that they
 * come from the token file. A person's own environment may lack the extension; then there is nothing to do.
 */
export function seedProgram(namespaces: readonly string[]): string {
  return `try:
    from rucio_jupyterlab.db import get_db
except ImportError:
    pass
else:
    for namespace in ${JSON.stringify(namespaces)}:
        get_db().set_rucio_auth_credentials(namespace=namespace, auth_type="oidc", params={})
`;
}

/** Writes both into the folder that `JUPYTER_CONFIG_PATH` names. */
export async function writeJupyterSettings(directory: string, wanted: SettingsWanted): Promise<void> {
  await mkdir(directory, { recursive: true, mode: 0o755 });
  const write = (name: string, content: string) => writeFile(join(directory, name), content, { mode: 0o644 });
  await write('jupyter_server_config.json', `${JSON.stringify(serverSettings(wanted), null, 2)}\n`);
  await write('jupyter_server_config.py', seedProgram(rucioInstances(wanted).map(({ name }) => name)));
}
