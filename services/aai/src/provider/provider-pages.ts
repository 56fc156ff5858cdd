import { formTargetOf, type PagePlace, pageHeaders } from '@vre/http-server';
import type { Client, ErrorOut, errors, KoaContextWithOIDC } from 'oidc-provider';
import {
  deviceConfirmPage,
  deviceInputPage,
  errorPage,
  logoutPage,
  messagePage,
} from '../interactions/message-pages.ts';

/** The pages that the provider shows itself, outside of interactions. */
export interface ProviderPages {
  deviceInput(ctx: KoaContextWithOIDC, form: string, out?: ErrorOut, error?: Error): Promise<undefined>;
  deviceConfirm(
    ctx: KoaContextWithOIDC,
    form: string,
    client: Client,
    device: Readonly<Record<string, unknown>>,
    userCode: string,
  ): undefined;
  deviceDone(ctx: KoaContextWithOIDC): undefined;
  logout(ctx: KoaContextWithOIDC, form: string): undefined;
  loggedOut(ctx: KoaContextWithOIDC): undefined;
  error(ctx: KoaContextWithOIDC, out: ErrorOut, error: errors.OIDCProviderError | Error): undefined;
}

export function createProviderPages(
  place: PagePlace,
  onWrongUserCode: (ctx: KoaContextWithOIDC) => Promise<void>,
): ProviderPages {
  const send = (ctx: KoaContextWithOIDC, body: string, formTarget?: string): undefined => {
    ctx.set(pageHeaders(formTarget));
    ctx.body = body;
    return undefined;
  };
  const xsrfOf = (ctx: KoaContextWithOIDC) =>
    String((ctx.oidc.session?.state as { secret?: unknown })?.secret ?? '');

  return {
    deviceInput: async (ctx, _form, _out, error) => {
      const wrong = (error as { userCode?: string } | undefined)?.userCode;
      if (wrong !== undefined) await onWrongUserCode(ctx);
      return send(
        ctx,
        deviceInputPage(place, {
          xsrf: xsrfOf(ctx),
          userCode: wrong ?? prefilled(ctx),
          fault: error && userCodeFault(error),
        }),
      );
    },
    deviceConfirm: (ctx, _form, client, device, userCode) =>
      send(
        ctx,
        deviceConfirmPage(place, {
          xsrf: xsrfOf(ctx),
          userCode,
          clientName: client.clientName ?? client.clientId,
          address: String(device.ip ?? 'unknown'),
          software: String(device.ua ?? 'unknown').slice(0, 120) || 'unknown',
        }),
      ),
    deviceDone: (ctx) =>
      send(
        ctx,
        messagePage(
          place,
          'Connected',
          `${ctx.oidc.client?.clientName ?? 'The device'} is connected. You can close this page and go back to it.`,
        ),
      ),
    logout: (ctx) =>
      send(
        ctx,
        logoutPage(place, { xsrf: xsrfOf(ctx), clientName: ctx.oidc.client?.clientName }),
        formTargetOf(ctx.oidc.params?.post_logout_redirect_uri),
      ),
    loggedOut: (ctx) =>
      send(ctx, messagePage(place, 'Signed out', 'Your sign-in on this browser has ended.')),
    error: (ctx, out) => send(ctx, errorPage(place, describe(out))),
  };
}

/** The code of `verification_uri_complete` is shown for a look and a click, not submitted by a script. */
const prefilled = (ctx: KoaContextWithOIDC): string => String(ctx.state.userCode ?? '');

function userCodeFault(error: Error): string {
  switch (error.name) {
    case 'NoCodeError':
      return 'Enter the code first.';
    case 'NotFoundError':
      return 'There is no such code. Compare it with the one on your device and try again.';
    case 'ExpiredError':
      return 'This code has expired. Start again on your device to get a new one.';
    case 'AlreadyUsedError':
      return 'This code was used already. Start again on your device to get a new one.';
    case 'AbortedError':
      return 'You said no: the device was not connected.';
    default:
      return 'The device could not be connected. Start again on your device to get a new code.';
  }
}

function describe(out: ErrorOut) {
  const known: Readonly<Record<string, { readonly title: string; readonly next: string }>> = {
    invalid_client: {
      title: 'Unknown application',
      next: 'Go back to the application; its operator has to register it here.',
    },
    invalid_redirect_uri: {
      title: 'Wrong return address',
      next: 'The operator of the application has to register its address here.',
    },
    server_error: {
      title: 'Something failed on our side',
      next: 'Try again in a moment; the operator finds the cause in the log.',
    },
  };
  return {
    title: known[out.error]?.title ?? 'This sign-in cannot continue',
    sentence: sentence(out.error_description ?? out.error),
    next: known[out.error]?.next ?? 'Go back to where you came from and start again.',
    code: out.error,
  };
}

const sentence = (text: string) =>
  `${text.charAt(0).toUpperCase()}${text.slice(1)}${/[.!?]$/.test(text) ? '' : '.'}`;
