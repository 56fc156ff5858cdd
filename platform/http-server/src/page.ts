import { html, type Markup } from './html.ts';

/** Where pages find their stylesheet and each other. */
export type PagePlace = { readonly mountPath: string };

/** A whole page: one card under the product's name. `fault` is announced to screen readers as an alert. */
export function page(
  place: PagePlace,
  content: { readonly title: string; readonly fault?: string | undefined; readonly body: Markup },
): string {
  return html`<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<title>${content.title} · VRE</title>
<link rel="icon" href="${place.mountPath}/assets/icon.svg" type="image/svg+xml">
<link rel="stylesheet" href="${place.mountPath}/assets/page.css">
</head>
<body>
<header class="brand"><img src="${place.mountPath}/assets/icon.svg" alt="" width="32" height="32"><span>VRE</span></header>
<main class="card">
<h1>${content.title}</h1>
${content.fault !== undefined && html`<div class="fault" role="alert" id="fault" tabindex="-1">${content.fault}</div>`}
${content.body}
</main>
<footer>Virtual Research Environment</footer>
</body>
</html>
`.text;
}

/** Headers of every page. `formTarget` is an origin that a form's redirect may lead to. */
export function pageHeaders(formTarget?: string): Readonly<Record<string, string>> {
  return {
    'content-type': 'text/html; charset=utf-8',
    'content-security-policy': [
      "default-src 'none'",
      "style-src 'self'",
      "img-src 'self'",
      `form-action 'self'${formTarget === undefined ? '' : ` ${formTarget}`}`,
      "frame-ancestors 'none'",
      "base-uri 'none'",
      // Present so that the library can add the hash of its own two-line script where it needs one.
      'script-src',
    ].join('; '),
    'cache-control': 'no-store',
    'referrer-policy': 'no-referrer',
    'x-content-type-options': 'nosniff',
    'x-frame-options': 'DENY',
  };
}

/** What a `form-action` source may be for a redirect URI: its origin, or the scheme of a native application. */
export function formTargetOf(redirectUri: unknown): string | undefined {
  if (typeof redirectUri !== 'string' || !URL.canParse(redirectUri)) return undefined;
  const url = new URL(redirectUri);
  return url.protocol === 'http:' || url.protocol === 'https:' ? url.origin : url.protocol;
}
