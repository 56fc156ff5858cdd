/** What the ID token said about the person at sign-in. */
export type SessionClaims = {
  readonly issuer: string;
  readonly subject: string;
  readonly username: string;
  readonly name: string | undefined;
  readonly email: string | undefined;
  readonly groups: readonly string[];
  readonly isAdministrator: boolean;
};

/** The browser that signed in, as the person recognises it in the list of sessions. */
export type SessionClient = { readonly userAgent: string; readonly address: string };

/** One signed-in browser. `id` may be shown; the secret is the cookie's value. */
export type Session = SessionClaims &
  SessionClient & {
    readonly id: string;
    readonly createdAt: Date;
    readonly lastSeenAt: Date;
    readonly expiresAt: Date;
  };

/** What a session keeps for the issuer, decrypted. */
export type SessionTokens = { readonly refreshToken: string; readonly idToken: string };
