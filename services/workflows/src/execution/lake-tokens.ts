import { lakeTokenRequest } from '@vre/client-files';
import { NotConnected, type TokenKeeper } from '@vre/identity';
import type { Addresses } from '@vre/service';
import type { Account } from '../authentication/account.ts';
import { RunFailure } from './run-failure.ts';

/** How jobs and the staging of lake data get at the lake for the run's owner. */
export interface LakeTokens {
  /** @throws RunFailure with a sentence that says how to connect. */
  token(account: Account): Promise<{ readonly token: string; readonly expiresAt: Date }>;
  connected(account: Account): Promise<boolean>;
}

export function createLakeTokens(keeper: TokenKeeper, addresses: Addresses): LakeTokens {
  return {
    connected: (account) => keeper.has(account),
    token: async (account) => {
      try {
        return await keeper.accessToken(account, lakeTokenRequest(addresses));
      } catch (error) {
        if (!(error instanceof NotConnected)) throw error;
        throw new RunFailure(notConnectedSentence(addresses), { cause: error });
      }
    },
  };
}

export const notConnectedSentence = (addresses: Addresses): string =>
  `This run uses the data lake, but ${addresses.workflows} may not act there for you yet: open ${addresses.portal}/computer, choose "Connect runs to the data lake", and start the run again.`;
