import { createHash } from 'node:crypto';
import { pythonRepr, RucioError, rucioDate } from '@vre/protocol-rucio';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { accountsOf } from '../accounts/identity-store.ts';
import type { Lake } from '../lake.ts';
import { sendJson } from '../rest/answers.ts';
import { parameter } from '../rest/query.ts';
import { scopesOf } from '../scopes/scope-store.ts';
import type { Authenticate } from './authenticate.ts';
import type { LakeIssuer } from './lake-issuer.ts';
import type { OidcFlow } from './oidc-flow.ts';
import * as pages from './pages.ts';
import { storageCapabilities } from './session-scope.ts';
import type { Passwords } from './userpass.ts';

const styleHash = createHash('sha256').update(pages.pageStyle).digest('base64');
const header = (request: FastifyRequest, name: string): string | undefined => {
  const value = request.headers[name];
  return (Array.isArray(value) ? value[0] : value)?.trim() || undefined;
};

/** `/auth/…` and the lake's own discovery document. None of these asks for a token but validate and refresh. */
export function authRoutes(
  app: FastifyInstance,
  lake: Lake,
  parts: {
    readonly issuer: LakeIssuer;
    readonly passwords: Passwords;
    readonly flow: OidcFlow;
    readonly authenticate: Authenticate;
  },
): void {
  const { issuer, passwords, flow, authenticate } = parts;
  const sendPage = (reply: FastifyReply, html: string, status = 200) =>
    reply
      .code(status)
      .header(
        'content-security-policy',
        `default-src 'none'; style-src 'sha256-${styleHash}'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'`,
      )
      .header('cache-control', 'no-store')
      // With no-referrer a browser would send the form with Origin null, like a stranger's.
      .header('referrer-policy', 'same-origin')
      .type('text/html; charset=utf-8')
      .send(html);

  app.get('/.well-known/openid-configuration', async (_request, reply) =>
    sendJson(reply, {
      issuer: issuer.issuer,
      jwks_uri: `${lake.addresses.lake}/.well-known/jwks.json`,
      token_endpoint: `${lake.addresses.lake}/auth/userpass`,
      response_types_supported: ['none'],
      subject_types_supported: ['public'],
      id_token_signing_alg_values_supported: ['ES256'],
    }),
  );
  app.get('/.well-known/jwks.json', async (_request, reply) => sendJson(reply, issuer.keySet()));
  app.options('/auth/*', async (_request, reply) => reply.code(200).send());

  app.get('/auth/userpass', async (request, reply) => {
    const identity = header(request, 'x-rucio-username');
    const password = header(request, 'x-rucio-password');
    if (identity === undefined || password === undefined)
      throw new RucioError('CannotAuthenticate', 'Cannot authenticate without username and password');
    await passwords.check(identity, password, request.raw.socket.remoteAddress ?? 'socket');
    const accounts = (await accountsOf(lake.database.direct, identity, 'USERPASS')).filter(
      ({ status }) => status === 'ACTIVE',
    );
    const wanted = header(request, 'x-rucio-account');
    const names = accounts.map(({ account }) => account);
    if (wanted === undefined && names.length > 1)
      return sendJson(reply.header('X-Rucio-Auth-Accounts', names.join(',')), names, 206);
    const chosen = accounts.find(({ account }) => wanted === undefined || account === wanted);
    if (!chosen)
      throw new RucioError('CannotAuthenticate', `The identity can not act as account ${wanted ?? '(none)'}`);
    const isAdministrator =
      chosen.account === 'root' ||
      chosen.is_administrator ||
      lake.config.administrators.includes(chosen.account);
    const { token, expiresAt } = await issuer.mint({
      account: chosen.account,
      identity,
      scope: storageCapabilities({
        isAdministrator,
        scopes: await scopesOf(lake.database.direct, chosen.account_id),
      }),
      seconds: lake.config['session-seconds'],
    });
    return reply
      .headers({
        'X-Rucio-Auth-Token': token,
        'X-Rucio-Auth-Token-Expires': rucioDate(expiresAt),
        'X-Rucio-Auth-Account': chosen.account,
      })
      .type('application/octet-stream')
      .send('');
  });

  app.get('/auth/validate', async (request, reply) => {
    const caller = await authenticate(request.headers);
    const at = caller.tokenExpiresAt;
    const lifetime = `datetime.datetime(${[at.getUTCFullYear(), at.getUTCMonth() + 1, at.getUTCDate(), at.getUTCHours(), at.getUTCMinutes(), at.getUTCSeconds()].join(', ')})`;
    const known = pythonRepr({
      account: caller.account,
      identity: caller.identity,
      vo: 'def',
      appid: 'unknown',
    });
    return reply.type('text/html; charset=utf-8').send(`${known.slice(0, -1)}, 'lifetime': ${lifetime}}`);
  });

  app.get('/auth/oidc', async (request, reply) => {
    const wanted = header(request, 'x-rucio-account');
    const url = await flow.begin({
      polling: header(request, 'x-rucio-client-authorize-polling')?.toLowerCase() === 'true',
      account: wanted === 'None' ? undefined : wanted,
      client: (header(request, 'user-agent') ?? 'unknown program').slice(0, 200),
      address: request.raw.socket.remoteAddress ?? 'this computer',
    });
    return reply.header('X-Rucio-OIDC-Auth-URL', url).type('application/octet-stream').send('');
  });
  app.get('/auth/oidc_redirect', async (request, reply) => {
    const code = decodeURIComponent((request.raw.url ?? '').split('?')[1] ?? '').slice(0, 200);
    if (header(request, 'x-rucio-client-fetch-token')?.toLowerCase() === 'true') {
      const token = await flow.fetch(code);
      if (token !== undefined) reply.header('X-Rucio-Auth-Token', token);
      return reply.type('application/octet-stream').send('');
    }
    try {
      return reply.redirect(await flow.redirect(code), 303);
    } catch (error) {
      if (!(error instanceof RucioError)) throw error;
      return sendPage(reply, pages.failurePage(error.message), 401);
    }
  });
  app.get('/auth/oidc_code', async (request, reply) => {
    const failure = parameter(request, 'error_description') ?? parameter(request, 'error');
    if (failure !== undefined)
      return sendPage(reply, pages.failurePage(`The sign-in service says: ${failure}`), 401);
    try {
      const { askedAt, ...asked } = await flow.signedIn(
        parameter(request, 'state') ?? '',
        parameter(request, 'code') ?? '',
      );
      const time = askedAt
        .toISOString()
        .replace('T', ' ')
        .replace(/\.\d+Z/, ' UTC');
      return sendPage(reply, pages.confirmationPage({ ...asked, time }));
    } catch (error) {
      request.log.warn({ err: error }, 'a sign-in could not be finished');
      const sentence =
        error instanceof RucioError ? error.message : 'The sign-in service did not answer as expected.';
      return sendPage(reply, pages.failurePage(sentence), 401);
    }
  });
  app.register(async (forms) => {
    forms.removeAllContentTypeParsers();
    forms.addContentTypeParser(
      'application/x-www-form-urlencoded',
      { parseAs: 'string' },
      (_request, body, done) => done(null, Object.fromEntries(new URLSearchParams(body as string))),
    );
    forms.post('/auth/oidc_confirm', async (request, reply) => {
      if (request.headers.origin !== lake.addresses.lake)
        return sendPage(reply, pages.failurePage('This form was sent from another site.'), 403);
      const { secret = '', decision } = (request.body ?? {}) as Readonly<Record<string, string>>;
      if (decision !== 'allow') {
        await flow.refuse(secret);
        return sendPage(reply, pages.refusedPage());
      }
      try {
        const { fetchCode } = await flow.release(secret);
        return sendPage(reply, fetchCode === undefined ? pages.donePage() : pages.codePage(fetchCode));
      } catch (error) {
        if (!(error instanceof RucioError)) throw error;
        return sendPage(reply, pages.failurePage(error.message), 401);
      }
    });
  });
  app.get('/auth/oidc_refresh', async (request, reply) => {
    await authenticate(request.headers);
    const refreshed = await flow.refresh(header(request, 'x-rucio-auth-token') ?? '');
    reply.headers(
      refreshed
        ? {
            'X-Rucio-Auth-Token': refreshed.token,
            'X-Rucio-Auth-Token-Expires': String(Math.floor(refreshed.expiresAt.getTime() / 1000)),
          }
        : {},
    );
    return reply.type('application/octet-stream').send('');
  });

  for (const path of ['x509', 'x509_proxy', 'x509/webui', 'gss', 'ssh', 'ssh_challenge_token', 'saml'])
    app.get(`/auth/${path}`, async () => {
      throw new RucioError(
        'CannotAuthenticate',
        `Sign-in by ${path} is not offered here: use auth_type = oidc`,
      );
    });
}
