import type { HttpClient } from '@vre/http-client';
import { tokenModel, userModel } from '@vre/protocol-jupyterhub';
import { type ClientDirectory, writeHubToken } from './client-files.ts';

const lifeSeconds = 90 * 86_400;

/** Own servers and what is in them; nothing of anybody else, and no further tokens. */
const scopes = ['servers!user', 'access:servers!user'];

/** Makes a token of the hub for this machine with a bearer token of the issuer, keeps it, and answers it. */
export async function makeHubToken(
  http: HttpClient,
  hub: string,
  bearer: string,
  client: ClientDirectory,
  show: (sentence: string) => void,
): Promise<string> {
  const headers = { authorization: `Bearer ${bearer}` };
  const { name } = userModel.parse(await http.json(`${hub}/hub/api/user`, { headers }));
  const note = `vre notebook on ${process.env['HOSTNAME'] ?? 'this machine'}`;
  const { token, expires_at: expiresAt } = tokenModel.parse(
    await http.json(`${hub}/hub/api/users/${encodeURIComponent(name)}/tokens`, {
      headers,
      json: { note, scopes, expires_in: lifeSeconds },
    }),
  );
  if (token === undefined) throw new Error('the hub made a token and did not tell it: run the command again');
  await writeHubToken(client, token);
  show(
    `wrote ${client.hubTokenFile}${expiresAt === null ? '' : `, valid until ${expiresAt.slice(0, 10)}`} for notebooks`,
  );
  return token;
}
