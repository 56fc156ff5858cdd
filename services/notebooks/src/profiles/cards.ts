import type { Environment } from '@vre/environments';
import { HubError } from '@vre/protocol-jupyterhub';

/** Environment whose JupyterLab serves every card; kernels run in the card's own. */
export const labEnvironmentName = 'lab';

/** Environments that are cards, in their order. */
export const cardsOf = (environments: readonly Environment[]): readonly Environment[] =>
  environments
    .filter(({ profile }) => profile !== undefined)
    .sort((one, other) => (one.profile?.order ?? 0) - (other.profile?.order ?? 0));

/**
 * The environment of a card, the first one when none is named.
 * @throws HubError 400 naming the known cards.
 */
export function profileNamed(environments: readonly Environment[], name: string | undefined): Environment {
  const cards = cardsOf(environments);
  const found = name === undefined ? cards[0] : cards.find((card) => card.name === name);
  if (found !== undefined) return found;
  const known = cards.map((card) => card.name).join(', ') || 'none';
  throw new HubError(400, `There is no environment "${name ?? ''}" to start a server from. Known: ${known}.`);
}
