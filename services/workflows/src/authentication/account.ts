/** A person as this service knows them; `subject` is also their name in the outbox. */
export type Account = {
  readonly id: string;
  readonly issuer: string;
  readonly subject: string;
  readonly username: string;
  readonly fullName: string;
  readonly email: string;
  /** Small and never reused; the account's own uid for jobs derives from it. */
  readonly number: number;
};

/** Who asks: the account, and whether by a token of the issuer or by a REANA token. */
export type Caller = {
  readonly account: Account;
  readonly by: 'issuer-token' | 'reana-token';
  /** When the REANA token was made. */
  readonly tokenCreatedAt?: Date;
};
