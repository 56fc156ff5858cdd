import { rucio } from './client-commands.ts';
import { type DemoState, need } from './demo-state.ts';

/**
 * Runs `rucio whoami` without a token: the client prints an address and waits; the person opens it, signs in if
 * asked, and confirms. Returns what the client said in the end.
 */
export async function signInWithRucio(
  state: DemoState,
): Promise<{ readonly whoami: string; readonly confirmedAt: string }> {
  const { lake } = need(state, 'addresses');
  let opened: Promise<string> | undefined;
  const whoami = await rucio(state, ['whoami'], (soFar) => {
    const address = soFar.match(/https?:\/\/\S+\/auth\/oidc_redirect\?\S+/)?.[0];
    if (address === undefined || opened !== undefined || !address.startsWith(lake)) return;
    opened = need(state, 'browser')
      .visit(address)
      .then((page) => page.url);
    // A refused sign-in shows up as the client's own failure; the reason is reported below.
    opened.catch(() => undefined);
  });
  return {
    whoami,
    confirmedAt: opened === undefined ? 'no page: a token was there already' : new URL(await opened).origin,
  };
}
