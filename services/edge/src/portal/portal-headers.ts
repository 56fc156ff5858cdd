/**
 * Headers of the portal's pages. Scripts come from the portal alone; the component library writes style elements,
 * so styles may be inline. `issuerOrigin` is where a form may lead when signing in.
 */
export function portalHeaders(portal: string, issuer: string): Readonly<Record<string, string>> {
  const issuerOrigin = new URL(issuer).origin;
  const formTargets = issuerOrigin === new URL(portal).origin ? "'self'" : `'self' ${issuerOrigin}`;
  return {
    'content-security-policy': [
      "default-src 'self'",
      "script-src 'self'",
      "style-src 'self' 'unsafe-inline'",
      "img-src 'self' data: blob:",
      "font-src 'self' data:",
      "connect-src 'self'",
      "worker-src 'self' blob:",
      "object-src 'none'",
      "base-uri 'none'",
      `form-action ${formTargets}`,
      "frame-ancestors 'none'",
    ].join('; '),
    'x-content-type-options': 'nosniff',
    'x-frame-options': 'DENY',
    'referrer-policy': 'same-origin',
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-resource-policy': 'same-origin',
    ...(portal.startsWith('https:') ? { 'strict-transport-security': 'max-age=31536000' } : {}),
  };
}

/** Vite puts a hash of the content into the names below `assets/`: these never change. */
export const cacheControl = (path: string): string =>
  /^\/assets\/.+-[\w-]{8,}\.\w+$/.test(path) ? 'public, max-age=31536000, immutable' : 'no-cache';
