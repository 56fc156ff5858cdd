import { callControl } from '../control/control-client.ts';
import type { Installation } from '../installation/installation.ts';

/** One line with the first administrator's one-time password, the first time it is asked for; then `undefined`. */
export async function firstAdministrator(installation: Installation): Promise<string | undefined> {
  const answer = (await callControl(installation, 'api', '/aai/first-administrator')) as
    | { readonly username: string; readonly oneTimePassword: string }
    | undefined;
  if (answer === undefined) return undefined;
  return `Sign in first as ${answer.username} with the one-time password ${answer.oneTimePassword} (shown once; you choose your own at the first sign-in).`;
}
