import { readFileSync } from 'node:fs';
import type { Readable } from 'node:stream';
import { Agent, type Dispatcher } from 'undici';

/** One call. `url` is `http(s)://…` or `unix:<socket path>:<path>` for a service of the same host. */
export type HttpCall = {
  readonly method?: Dispatcher.HttpMethod;
  readonly headers?: Readonly<Record<string, string>>;
  /** A form is sent as `application/x-www-form-urlencoded`, `json` as JSON. */
  readonly form?: Readonly<Record<string, string>> | URLSearchParams;
  readonly json?: unknown;
  readonly body?: string | Uint8Array | Readable;
  readonly signal?: AbortSignal;
  /** Milliseconds until the answer's head must have arrived; 30 000 unless told. */
  readonly headersTimeout?: number;
  /** Attempts for GET and HEAD when the peer refuses the connection or answers 502, 503 or 504; 1 unless told. */
  readonly attempts?: number;
};

export type HttpAnswer = {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Dispatcher.ResponseData['body'];
};

/** The peer answered, but not with success; `body` is at most 4 KiB of its text. */
export class HttpError extends Error {
  readonly status: number;
  readonly body: string;
  constructor(status: number, url: string, body: string) {
    super(
      `${new URL(url.startsWith('unix:') ? 'http://socket/' : url).host} answered ${status}: ${body.slice(0, 200)}`,
    );
    this.name = 'HttpError';
    this.status = status;
    this.body = body;
  }
}

/** Follows no redirect: callers decide where a credential may travel. */
export interface HttpClient {
  request(url: string, call?: HttpCall): Promise<HttpAnswer>;
  /** Body parsed as JSON, `undefined` when empty; throws {@link HttpError} on any status but 2xx. */
  json(url: string, call?: HttpCall): Promise<unknown>;
  close(): Promise<void>;
}

/** `authorityFile`: PEM of a certificate authority trusted besides the system's own. */
export function createHttpClient(
  options: { readonly authorityFile?: string | undefined; readonly userAgent?: string } = {},
): HttpClient {
  const ca = options.authorityFile === undefined ? undefined : readFileSync(options.authorityFile, 'utf8');
  const tcp = new Agent({
    connections: 64,
    keepAliveTimeout: 10_000,
    connect: ca === undefined ? { timeout: 10_000 } : { timeout: 10_000, ca: [ca, ...systemAuthorities()] },
  });
  const sockets = new Map<string, Agent>();
  const socketAgent = (path: string) => {
    const known = sockets.get(path);
    if (known) return known;
    const agent = new Agent({ connect: { socketPath: path } });
    sockets.set(path, agent);
    return agent;
  };

  async function once(url: string, call: HttpCall): Promise<HttpAnswer> {
    const { agent, origin, path } = target(url, tcp, socketAgent);
    const headers: Record<string, string> = { 'user-agent': options.userAgent ?? 'vre', ...call.headers };
    let body = call.body ?? null;
    if (call.form !== undefined) {
      headers['content-type'] = 'application/x-www-form-urlencoded';
      body = new URLSearchParams(call.form as Record<string, string>).toString();
    } else if (call.json !== undefined) {
      headers['content-type'] = 'application/json';
      body = JSON.stringify(call.json);
    }
    const answer = await agent.request({
      origin,
      path,
      method: call.method ?? (body === null ? 'GET' : 'POST'),
      headers,
      body,
      headersTimeout: call.headersTimeout ?? 30_000,
      ...(call.signal ? { signal: call.signal } : {}),
    });
    return { status: answer.statusCode, headers: answer.headers, body: answer.body };
  }

  async function request(url: string, call: HttpCall = {}): Promise<HttpAnswer> {
    const repeatable = (call.method ?? 'GET') === 'GET' || call.method === 'HEAD';
    const attempts = repeatable ? (call.attempts ?? 1) : 1;
    for (let attempt = 1; ; attempt++) {
      try {
        const answer = await once(url, call);
        if (attempt >= attempts || ![502, 503, 504].includes(answer.status)) return answer;
        await answer.body.dump();
      } catch (error) {
        if (attempt >= attempts || call.signal?.aborted) throw error;
      }
      await new Promise((resolve) => setTimeout(resolve, 50 * 2 ** attempt));
    }
  }

  return {
    request,
    json: async (url, call) => {
      const answer = await request(url, {
        ...call,
        headers: { accept: 'application/json', ...call?.headers },
      });
      const text = await answer.body.text();
      if (answer.status < 200 || answer.status > 299)
        throw new HttpError(answer.status, url, text.slice(0, 4096));
      return text === '' ? undefined : JSON.parse(text);
    },
    close: async () => {
      await Promise.all([tcp.destroy(), ...[...sockets.values()].map((agent) => agent.destroy())]);
    },
  };
}

function target(url: string, tcp: Agent, socketAgent: (path: string) => Agent) {
  if (!url.startsWith('unix:')) {
    const parsed = new URL(url);
    return { agent: tcp, origin: parsed.origin, path: parsed.pathname + parsed.search };
  }
  const separator = url.indexOf(':', 'unix:'.length);
  const socket = separator === -1 ? url.slice('unix:'.length) : url.slice('unix:'.length, separator);
  return {
    agent: socketAgent(socket),
    origin: 'http://localhost',
    path: separator === -1 ? '/' : url.slice(separator + 1),
  };
}

/** A private authority is added to the system's, it does not replace them. */
function systemAuthorities(): string[] {
  for (const file of ['/etc/ssl/certs/ca-certificates.crt', '/etc/pki/tls/certs/ca-bundle.crt']) {
    try {
      return [readFileSync(file, 'utf8')];
    } catch {
      // Another distribution's path; without either only the private authority is trusted.
    }
  }
  return [];
}
