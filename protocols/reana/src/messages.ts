/** Sentences that clients and their users know from REANA. */
export const messages = {
  notSignedIn: 'User not signed in',
  noActiveTokens: 'User has no active tokens',
  tokenNotValid: 'Token not valid.',
  tokenRevoked: 'User access token revoked.',
  unknownWorkflow: (name: string) =>
    `REANA_WORKON is set to ${name}, but that workflow does not exist. Please set your REANA_WORKON environment variable appropriately.`,
  created: 'Workflow workspace created',
  submitted: 'Workflow submitted.',
  stopped: 'Workflow successfully stopped',
  deleted: 'Workflow successfully deleted.',
  allDeleted: (name: string) => `All workflows named ${name} successfully deleted.`,
  notRunning: (id: string) => `Workflow ${id} is not running.`,
  running: (name: string) =>
    `Workflow ${name} cannot be deleted as it is currently running. Stop it first: reana-client stop --force -w ${name}`,
  cannotStart: (name: string, status: string) =>
    `Workflow ${name} is already ${status} and cannot be started again.`,
  cannotRestart: 'Only finished or failed workflows can be restarted.',
  workspaceMustGo: 'Workspace must always be deleted when deleting a workflow.',
  unknownParameter: (name: string) => `Input parameter "${name}" is not present in reana.yaml`,
  uploaded: (path: string) => `${path} has been successfully uploaded.`,
  noFileName: 'No file_name provided',
  noSuchFile: (path: string) => `${path} does not exist.`,
  moved: (path: string) => `File(s) ${path} were successfully moved`,
  pruned: 'The workspace has been correctly pruned.',
  secretsAdded: 'Secret(s) successfully added.',
  secretExists: (name: string) =>
    `Operation cancelled. Secret ${name} already exists. If you want change it use overwrite`,
  nameIsUuid: 'Workflow name cannot be a valid UUIDv4.',
  nameHasDots: 'Workflow name cannot contain dots.',
} as const;

/** Thrown by services, rendered as `{"message"}` with the status. */
export class ReanaError extends Error {
  readonly statusCode: number;
  constructor(statusCode: number, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'ReanaError';
    this.statusCode = statusCode;
  }
}
