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
    LabApp: {
      // Nothing is asked of jupyter.org or pypi.org: the environments are the platform's.
      news_url: null,
      check_for_updates_class: 'jupyterlab.NeverCheckForUpdate',
      // JupyterLab's own environment is read-only: its panels are shown, not installed.
      extension_manager: 'readonly',
    },
    RucioConfig: {
      instances,
      default_instance: instances[0]?.name,
      default_auth_type: 'oidc',
      log_level: 'warning',
    },
  };
}

/** `labconfig/default_setting_overrides.json`: defaults of the interface, which a person may change. */
const interfaceDefaults = {
  // Or every new person is asked about news that the server never fetches.
  '@jupyterlab/apputils-extension:notification': { fetchNews: 'false', checkForUpdates: false },
};

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

/** Writes all of it into the folder that `JUPYTER_CONFIG_PATH` names. */
export async function writeJupyterSettings(directory: string, wanted: SettingsWanted): Promise<void> {
  await mkdir(join(directory, 'labconfig'), { recursive: true, mode: 0o755 });
  const write = (name: string, content: string) => writeFile(join(directory, name), content, { mode: 0o644 });
  const json = (value: unknown) => `${JSON.stringify(value, null, 2)}\n`;
  await write('jupyter_server_config.json', json(serverSettings(wanted)));
  await write('labconfig/default_setting_overrides.json', json(interfaceDefaults));
  await write('jupyter_server_config.py', seedProgram(rucioInstances(wanted).map(({ name }) => name)));
}
