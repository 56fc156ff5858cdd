/** The few pages that a person sees while a command-line client waits. Plain HTML, no script. */

const escapeHtml = (text: string): string =>
  text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);

const style = `
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
body { margin: 0; min-height: 100vh; display: grid; place-items: center; background: Canvas; color: CanvasText; }
main { max-width: 34rem; padding: 2rem; }
h1 { font-size: 1.4rem; line-height: 1.25; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .25rem 1rem; }
dt { opacity: .75; } dd { margin: 0; overflow-wrap: anywhere; font-weight: 600; }
button { font: inherit; padding: .6rem 1.2rem; border: 0; border-radius: .4rem; background: #1864ab; color: #fff; cursor: pointer; }
button.plain { background: transparent; color: inherit; border: 1px solid currentColor; }
button:focus-visible { outline: 3px solid #74c0fc; outline-offset: 2px; }
code { font-size: 1.2rem; user-select: all; overflow-wrap: anywhere; }`;

/** Hash of the style, so that the policy needs no `unsafe-inline`. */
export const pageStyle = style;

function page(title: string, body: string): string {
  return `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>${escapeHtml(title)}</title><style>${style}</style></head>
<body><main><h1>${escapeHtml(title)}</h1>
${body}
</main></body>
</html>
`;
}

/** Asks the person who has just signed in before a token is handed to a waiting client. */
export function confirmationPage(asked: {
  readonly formSecret: string;
  readonly client: string;
  readonly account: string;
  readonly address: string;
  readonly time: string;
}): string {
  return page(
    'A program asks to act for you in the data lake',
    `<p>Continue only if you started this program yourself, just now. It will be able to read, upload and manage your data until you revoke it.</p>
<dl><dt>Program</dt><dd>${escapeHtml(asked.client)}</dd><dt>Account</dt><dd>${escapeHtml(asked.account)}</dd><dt>From address</dt><dd>${escapeHtml(asked.address)}</dd><dt>Asked at</dt><dd>${escapeHtml(asked.time)}</dd></dl>
<form method="post" action="/auth/oidc_confirm"><input type="hidden" name="secret" value="${escapeHtml(asked.formSecret)}"><p><button type="submit" name="decision" value="allow">Yes, I started it</button> <button class="plain" type="submit" name="decision" value="refuse">No, refuse</button></p></form>
<p>If you did not start it, refuse or close this window: nothing has been given away.</p>`,
  );
}

export const refusedPage = (): string =>
  page('Refused', '<p>The program gets nothing. You can close this window.</p>');

export const donePage = (): string =>
  page(
    'You are signed in',
    '<p>You can close this window: the program that was waiting goes on by itself.</p>',
  );

/** For clients that do not poll: the person types the code. */
export const codePage = (code: string): string =>
  page(
    'You are signed in',
    `<p>Copy this code to the program that asked for it:</p><p><code>${escapeHtml(code)}</code></p>`,
  );

export const failurePage = (sentence: string): string =>
  page(
    'Sign-in did not work',
    `<p>${escapeHtml(sentence)}</p><p>Start the program again to get a new link.</p>`,
  );
