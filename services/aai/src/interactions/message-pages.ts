import { html, type PagePlace, page } from '@vre/http-server';

/** A sentence and nothing to do. */
export const messagePage = (place: PagePlace, title: string, sentence: string): string =>
  page(place, { title, body: html`<p class="lead">${sentence}</p>` });

/** What went wrong, why and what to do next; the code is for the operator's log. */
export const errorPage = (
  place: PagePlace,
  view: { readonly title: string; readonly sentence: string; readonly next: string; readonly code: string },
): string =>
  page(place, {
    title: view.title,
    fault: view.sentence,
    body: html`<p>${view.next}</p><p class="hint">Error code: <code>${view.code}</code></p>`,
  });

/** Device flow, first page: the code that the other device shows. */
export const deviceInputPage = (
  place: PagePlace,
  view: { readonly xsrf: string; readonly userCode: string; readonly fault?: string | undefined },
): string =>
  page(place, {
    title: 'Connect a device',
    fault: view.fault,
    body: html`<p class="lead">Enter the code that your terminal or device shows.</p>
<form id="device-form" method="post" action="${place.mountPath}/device">
<input type="hidden" name="xsrf" value="${view.xsrf}">
<label for="user_code">Code</label>
<input id="user_code" name="user_code" class="code" type="text" required maxlength="20" autocomplete="off" autocapitalize="characters" spellcheck="false" value="${view.userCode}" autofocus>
<button type="submit" class="primary">Continue</button>
</form>`,
  });

/** Device flow, second page: which client asked, from where. */
export const deviceConfirmPage = (
  place: PagePlace,
  view: {
    readonly xsrf: string;
    readonly userCode: string;
    readonly clientName: string;
    readonly address: string;
    readonly software: string;
  },
): string =>
  page(place, {
    title: `Connect ${view.clientName}?`,
    body: html`<p class="lead">Does the device show this code?</p>
<p class="code-shown"><code>${view.userCode}</code></p>
<dl class="facts"><dt>Client</dt><dd>${view.clientName}</dd><dt>Asked from</dt><dd>${view.address}</dd><dt>Software</dt><dd>${view.software}</dd></dl>
<p class="hint">If you did not start this yourself, somebody may be trying to act in your name: choose “No”.</p>
<form id="device-confirm-form" method="post" action="${place.mountPath}/device">
<input type="hidden" name="xsrf" value="${view.xsrf}">
<input type="hidden" name="user_code" value="${view.userCode}">
<input type="hidden" name="confirm" value="yes">
<button type="submit" class="primary" autofocus>Yes, connect it</button>
<button type="submit" class="quiet" name="abort" value="yes">No</button>
</form>`,
  });

/** Ends the browser's session after a click. */
export const logoutPage = (
  place: PagePlace,
  view: { readonly xsrf: string; readonly clientName: string | undefined },
): string =>
  page(place, {
    title: 'Sign out?',
    body: html`<p class="lead">${view.clientName === undefined ? 'This ends your sign-in on this browser.' : html`<strong>${view.clientName}</strong> asks to end your sign-in on this browser.`}</p>
<form id="logout-form" method="post" action="${place.mountPath}/logout/confirm">
<input type="hidden" name="xsrf" value="${view.xsrf}">
<button type="submit" class="primary" name="logout" value="yes" autofocus>Sign out</button>
<button type="submit" class="quiet">Stay signed in</button>
</form>`,
  });
