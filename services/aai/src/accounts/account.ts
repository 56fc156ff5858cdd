/** UUIDv4 of an account: `sub` of its tokens, never reused. */
export type AccountId = string & { readonly __brand: 'AccountId' };

export type AccountState = 'active' | 'disabled';

/** A person. The username is for people and paths; authorization uses the id. */
export type Account = {
  readonly id: AccountId;
  readonly username: string;
  readonly name: string | null;
  readonly email: string | null;
  readonly emailVerified: boolean;
  readonly administrator: boolean;
  readonly state: AccountState;
  /** The password was made by somebody else: only changing it is possible. */
  readonly mustChangePassword: boolean;
  readonly createdAt: Date;
  readonly signedInAt: Date | null;
};

/** Form of usernames; the limit is that of account names in the data lake. */
export const usernameForm = /^[a-z][a-z0-9_-]{1,24}$/;

/** A request about accounts or groups that cannot be done; `message` is one sentence for people. */
export class AccountError extends Error {
  readonly statusCode: number;
  constructor(statusCode: number, message: string) {
    super(message);
    this.name = 'AccountError';
    this.statusCode = statusCode;
  }
}

/** Why a password is not acceptable as a new one, `undefined` if it is. */
export function passwordFault(
  password: string,
  account: { readonly username: string },
  shortest: number,
): string | undefined {
  if ([...password].length < shortest) return `The password must have at least ${shortest} characters.`;
  if (Buffer.byteLength(password) > 1024) return 'The password must be shorter than 1024 bytes.';
  if (password.toLowerCase().includes(account.username))
    return 'The password must not contain your username.';
  if (new Set(password).size < 4) return 'The password must contain at least four different characters.';
  return undefined;
}
