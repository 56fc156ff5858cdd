/** A person as the hub knows them; `subject` is also their name in the outbox. */
export type Account = {
  readonly id: string;
  readonly issuer: string;
  readonly subject: string;
  /** In paths: `/user/NAME`. Never changes, never reused. */
  readonly name: string;
  /** As the issuer says; several issuers may know the same one. */
  readonly username: string;
  readonly fullName: string;
  readonly email: string;
  readonly groups: readonly string[];
  /** Small and never reused; the account's own uid for servers derives from it. */
  readonly number: number;
  readonly createdAt: Date;
  readonly lastActivityAt: Date | null;
};
