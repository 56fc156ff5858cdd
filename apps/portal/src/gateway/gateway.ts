import { gatewayErrorOf } from './gateway-error.ts';

/** Dispatched on `window` when an answer says that the session is over. */
export const signedOutEvent = 'vre:signed-out';

/**
 * `fetch` for the browser's own API below `/x/`: session cookie of this origin, the header that tells the edge that
 * our script asks (and no foreign form), and the news when the session ended.
 */
export async function gatewayFetch(input: string | URL | Request, init: RequestInit = {}): Promise<Response> {
  const headers = new Headers(init.headers ?? (input instanceof Request ? input.headers : undefined));
  const method = init.method ?? (input instanceof Request ? input.method : 'GET');
  if (method !== 'GET') headers.set('X-VRE', '1');
  const response = await fetch(input, { ...init, headers, credentials: 'same-origin', redirect: 'follow' });
  if (response.status === 401) window.dispatchEvent(new Event(signedOutEvent));
  return response;
}

/** One JSON answer; anything but a success is thrown as GatewayError. */
export async function gatewayJson(path: string, init?: RequestInit): Promise<unknown> {
  const response = await gatewayFetch(path, init);
  if (!response.ok) throw await gatewayErrorOf(response);
  const body = await response.text();
  return body === '' ? undefined : JSON.parse(body);
}
