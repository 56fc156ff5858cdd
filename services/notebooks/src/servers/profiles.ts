import type { Environment } from '@vre/environments';
import { HubError } from '@vre/protocol-jupyterhub';

/** Environment whose JupyterLab serves every card; kernels run in the card's own. */
export const labEnvironmentName = 'lab';

/** Whether a notebook can compute in an environment: a Python kernel is part of it. */
export const hasPythonKernel = ({ lock }: Pick<Environment, 'lock'>): boolean => /^ipykernel==/m.test(lock);

/**
 * The environment of a card, the first one when none is named.
 * @throws HubError 400 naming the known cards.
 */
export function profileNamed(environments: readonly Environment[], name: string | undefined): Environment {
  const cards = environments.filter(hasPythonKernel);
  const found = name === undefined ? cards[0] : cards.find((card) => card.name === name);
  if (found !== undefined) return found;
  const known = cards.map((card) => card.name).join(', ') || 'none';
  throw new HubError(400, `There is no environment "${name ?? ''}" to start a server from. Known: ${known}.`);
}
