import { HubError } from '@vre/protocol-jupyterhub';

/** An error that a browser sees as a page with a way out. */
export class PageError extends HubError {
  readonly title: string;
  readonly action: { readonly text: string; readonly href: string } | undefined;
  constructor(
    statusCode: number,
    message: string,
    options: ErrorOptions & {
      readonly title: string;
      readonly action?: { readonly text: string; readonly href: string };
    },
  ) {
    super(statusCode, message, options);
    this.name = 'PageError';
    this.title = options.title;
    this.action = options.action;
  }
}
