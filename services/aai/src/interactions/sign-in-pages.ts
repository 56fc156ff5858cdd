import { html, type PagePlace, page } from '@vre/http-server';

/** Username and password. */
export function loginPage(
  place: PagePlace,
  view: {
    readonly uid: string;
    readonly csrf: string;
    readonly clientName: string;
    readonly username: string;
    readonly fault?: string | undefined;
  },
): string {
  const action = `${place.mountPath}/interaction/${view.uid}`;
  const again = view.username !== '';
  return page(place, {
    title: 'Sign in',
    fault: view.fault,
    body: html`<p class="lead">to continue to <strong>${view.clientName}</strong></p>
<form id="login-form" method="post" action="${action}/login">
<input type="hidden" name="csrf" value="${view.csrf}">
<label for="username">Username</label>
<input id="username" name="username" type="text" required maxlength="100" autocomplete="username" autocapitalize="none" spellcheck="false" value="${view.username}"${!again && html` autofocus`}${view.fault !== undefined && html` aria-describedby="fault"`}>
<label for="password">Password</label>
<input id="password" name="password" type="password" required maxlength="1024" autocomplete="current-password"${again && html` autofocus`}${view.fault !== undefined && html` aria-describedby="fault"`}>
<button type="submit" class="primary">Sign in</button>
</form>
<form id="cancel-form" method="post" action="${action}/cancel">
<input type="hidden" name="csrf" value="${view.csrf}">
<button type="submit" class="quiet" name="cancel" value="yes">Cancel</button>
</form>`,
  });
}

/** The one-time password must be replaced before anything else. */
export function newPasswordPage(
  place: PagePlace,
  view: {
    readonly uid: string;
    readonly csrf: string;
    readonly proof: string;
    readonly username: string;
    readonly shortest: number;
    readonly fault?: string | undefined;
  },
): string {
  return page(place, {
    title: 'Choose a password',
    fault: view.fault,
    body: html`<p class="lead">You signed in as <strong>${view.username}</strong> with a one-time password. Choose one that only you know.</p>
<form id="password-form" method="post" action="${place.mountPath}/interaction/${view.uid}/password">
<input type="hidden" name="csrf" value="${view.csrf}">
<input type="hidden" name="proof" value="${view.proof}">
<input type="text" name="username" value="${view.username}" autocomplete="username" readonly hidden>
<label for="new-password">New password</label>
<input id="new-password" name="new-password" type="password" required minlength="${view.shortest}" maxlength="1024" autocomplete="new-password" autofocus aria-describedby="password-hint">
<p class="hint" id="password-hint">At least ${view.shortest} characters; a few words in a row are easy to remember.</p>
<label for="repeat-password">The same again</label>
<input id="repeat-password" name="repeat-password" type="password" required minlength="${view.shortest}" maxlength="1024" autocomplete="new-password">
<button type="submit" class="primary">Save and continue</button>
</form>`,
  });
}

const scopeSentences: Readonly<Record<string, string>> = {
  openid: 'know that it is you',
  profile: 'see your username, your name and your groups',
  email: 'see your e-mail address',
  offline_access: 'act for you while you are away, until you revoke it',
  'wlcg.groups': 'see the groups you belong to',
  'wlcg.capabilityset:/data-lake': 'read the data lake and add files to your own and your groups’ scopes',
};

/** Who asks for what: shown before a client gets tokens for the person. */
export function consentPage(
  place: PagePlace,
  view: {
    readonly uid: string;
    readonly csrf: string;
    readonly clientName: string;
    readonly username: string;
    readonly scopes: readonly string[];
    readonly audiences: readonly string[];
    readonly destination: string;
  },
): string {
  const action = `${place.mountPath}/interaction/${view.uid}`;
  return page(place, {
    title: `Allow ${view.clientName}?`,
    body: html`<p class="lead">You are signed in as <strong>${view.username}</strong>. <strong>${view.clientName}</strong> wants to:</p>
<ul class="scopes">${view.scopes.map((scope) => html`<li>${scopeSentences[scope] ?? `use the permission ${scope}`}</li>`)}</ul>
<dl class="facts"><dt>For</dt><dd>${view.audiences.join(', ')}</dd><dt>Answer goes to</dt><dd>${view.destination}</dd></dl>
<p class="hint">Allow it only if you started this yourself a moment ago.</p>
<form id="consent-form" method="post" action="${action}/consent">
<input type="hidden" name="csrf" value="${view.csrf}">
<button type="submit" class="primary" name="decision" value="allow" autofocus>Allow</button>
<button type="submit" class="quiet" name="decision" value="deny">Deny</button>
</form>`,
  });
}
