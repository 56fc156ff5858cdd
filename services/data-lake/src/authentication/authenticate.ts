import { bearerToken, InvalidToken, type Principal, type TokenVerifier } from '@vre/identity';
import { RucioError } from '@vre/protocol-rucio';
import { decodeJwt } from 'jose';
import { provisionPerson } from '../accounts/account-service.ts';
import { accountsOf, type MappedAccount, oidcIdentity } from '../accounts/identity-store.ts';
import type { Lake } from '../lake.ts';
import type { Caller } from '../policy.ts';
import type { LakeIssuer } from './lake-issuer.ts';

type Headers = Readonly<Record<string, string | string[] | undefined>>;

/** Who sent a request, by `X-Rucio-Auth-Token` (or a bearer token) and `X-Rucio-Account`. Rejects with RucioError. */
export type Authenticate = (headers: Headers) => Promise<Caller>;

/** How long a decision is remembered: the longest time for which a suspended account still acts. */
const rememberedMilliseconds = 20_000;
const remembered = 5000;

export function createAuthenticate(lake: Lake, issuer: LakeIssuer, verifier: TokenVerifier): Authenticate {
  const known = new Map<string, { readonly caller: Caller; readonly until: number }>();

  async function ofPassword(token: string, account: string | undefined): Promise<Caller> {
    const session = await issuer.verify(token).catch((error: unknown) => refuse(error));
    const mapped = await accountsOf(lake.database.direct, session.identity, 'USERPASS');
    const chosen = choose(mapped, account ?? session.account, session.identity);
    return callerOf(lake, chosen, {
      identity: session.identity,
      identityType: 'USERPASS',
      subject: undefined,
      groups: [],
      tokenExpiresAt: session.expiresAt,
    });
  }

  async function ofPerson(token: string, account: string | undefined): Promise<Caller> {
    const principal = await verifier.verify(token).catch((error: unknown) => refuse(error));
    const identity = oidcIdentity(principal.subject, principal.issuer);
    const q = lake.database.direct;
    let mapped = await accountsOf(q, identity, 'OIDC');
    if (mapped.length === 0) {
      await provisionPerson(lake, await personOf(principal, token, verifier));
      mapped = await accountsOf(q, identity, 'OIDC');
    }
    return callerOf(lake, choose(mapped, account, identity), {
      identity,
      identityType: 'OIDC',
      subject: principal.subject,
      groups: principal.groups,
      tokenExpiresAt: principal.expiresAt,
    });
  }

  return async (headers) => {
    const token = single(headers['x-rucio-auth-token'])?.trim() || bearerToken(single(headers.authorization));
    if (token === undefined || token === '') throw new RucioError('ValueError', 'Token must be set.');
    const account = single(headers['x-rucio-account'])?.trim() || undefined;
    const key = `${account ?? ''} ${token}`;
    const now = lake.clock.now().getTime();
    const found = known.get(key);
    if (found && found.until > now) return found.caller;
    const caller = isOwn(token, issuer.issuer)
      ? await ofPassword(token, account)
      : await ofPerson(token, account);
    if (known.size >= remembered) known.clear();
    known.set(key, {
      caller,
      until: Math.min(now + rememberedMilliseconds, caller.tokenExpiresAt.getTime()),
    });
    return caller;
  };
}

const single = (header: string | string[] | undefined): string | undefined =>
  Array.isArray(header) ? header[0] : header;

function isOwn(token: string, issuer: string): boolean {
  try {
    return decodeJwt(token).iss === issuer;
  } catch {
    throw new RucioError(
      'CannotAuthenticate',
      'Cannot authenticate with given credentials: this is not a token',
    );
  }
}

function refuse(error: unknown): never {
  const reason = error instanceof InvalidToken ? `: ${error.message}` : '';
  throw new RucioError('CannotAuthenticate', `Cannot authenticate with given credentials${reason}`, {
    cause: error,
  });
}

/** The account asked for, if the identity is mapped to it; else the default one. */
function choose(
  mapped: readonly MappedAccount[],
  wanted: string | undefined,
  identity: string,
): MappedAccount {
  const chosen = wanted === undefined ? mapped[0] : mapped.find(({ account }) => account === wanted);
  if (!chosen)
    throw new RucioError(
      'CannotAuthenticate',
      wanted === undefined
        ? `The identity ${identity} is mapped to no account`
        : `The identity ${identity} can not act as account ${wanted.slice(0, 100)}`,
    );
  if (chosen.status !== 'ACTIVE')
    throw new RucioError(
      'CannotAuthenticate',
      `The account ${chosen.account} is ${chosen.status.toLowerCase()}`,
    );
  return chosen;
}

function callerOf(
  lake: Lake,
  chosen: MappedAccount,
  rest: Pick<Caller, 'identity' | 'identityType' | 'subject' | 'groups' | 'tokenExpiresAt'>,
): Caller {
  return {
    accountId: chosen.account_id,
    account: chosen.account,
    isAdministrator:
      chosen.account === 'root' ||
      chosen.is_administrator ||
      lake.config.administrators.includes(chosen.account),
    ...rest,
  };
}

/** Name and address of a newcomer: from the token, else from the issuer's userinfo, asked once. */
async function personOf(principal: Principal, token: string, verifier: TokenVerifier) {
  const { issuer, subject, username } = principal;
  if (principal.isService)
    throw new RucioError(
      'CannotAuthenticate',
      `The client ${subject} is mapped to no account: an administrator has to map ${oidcIdentity(subject, issuer)}`,
    );
  if (username !== undefined) return { issuer, subject, username, email: null };
  const claims = await verifier
    .issuer(issuer)
    ?.userInfo(token)
    .catch((error: unknown) => refuse(error));
  if (claims?.preferred_username === undefined)
    throw new RucioError('CannotAuthenticate', `The issuer ${issuer} tells no user name for ${subject}`);
  return { issuer, subject, username: claims.preferred_username, email: claims.email ?? null };
}
