import { readFileSync } from 'node:fs';
import { rootCertificates } from 'node:tls';
import { Agent, type Dispatcher, fetch as undiciFetch } from 'undici';

/** `fetch`, and the connections below it for WebSockets; both trust one certificate authority more, if told. */
export type TrustingFetch = {
  readonly fetch: typeof globalThis.fetch;
  readonly dispatcher: Dispatcher;
  close(): Promise<void>;
};

/** `authorityFile`: PEM of the authority that is trusted besides the usual ones. */
export function trustingFetch(authorityFile: string | undefined): TrustingFetch {
  // Cells run for hours without a word, and progress waits for the next line.
  const patience = { headersTimeout: 0, bodyTimeout: 0 };
  const dispatcher = new Agent({
    ...patience,
    connect:
      authorityFile === undefined ? {} : { ca: [...rootCertificates, readFileSync(authorityFile, 'utf8')] },
  });
  const own = (url: string | URL, init?: object) => undiciFetch(url, { ...init, dispatcher });
  return {
    // The same function as Node's own; only the names of its types differ.
    fetch: own as unknown as typeof globalThis.fetch,
    dispatcher,
    close: () => dispatcher.destroy(),
  };
}
