import { html, page, pageHeaders } from '@vre/http-server';

const place = { mountPath: '/hub' };

/** Headers of every page of the hub: nothing runs on it, nobody frames it. */
export const hubPageHeaders = pageHeaders();

/** What went wrong, why, and what to do next. */
export const errorPage = (view: {
  readonly title: string;
  readonly sentence: string;
  readonly action: { readonly text: string; readonly href: string } | undefined;
  readonly requestId: string;
}): string =>
  page(place, {
    title: view.title,
    fault: view.sentence,
    body: html`${view.action !== undefined && html`<p><a href="${view.action.href}">${view.action.text}</a></p>`}
<p class="hint">The operator finds more in the log under <code>${view.requestId}</code></p>`,
  });

/** Asks before the browser's session ends: a link alone must not sign anybody out. */
export const logoutPage = (name: string): string =>
  page(place, {
    title: 'Sign out of the notebooks?',
    body: html`<p class="lead">You are signed in as <strong>${name}</strong>. Your servers keep running; open notebooks lose their connection.</p>
<form method="post" action="/hub/logout"><button type="submit" class="primary" autofocus>Sign out</button></form>
<p><a href="/hub/home">Stay signed in</a></p>`,
  });

export const loggedOutPage = (portal: string): string =>
  page(place, {
    title: 'Signed out',
    body: html`<p class="lead">This browser is no longer signed in to the notebooks.</p>
<p><a href="/hub/login">Sign in again</a> · <a href="${portal}/">Go to the portal</a></p>`,
  });
