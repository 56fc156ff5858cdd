/** The token of an `Authorization: Bearer …` header (RFC 6750 §2.1), `undefined` without one. */
export function bearerToken(header: string | undefined): string | undefined {
  return /^Bearer +([A-Za-z0-9._~+/-]+=*) *$/i.exec(header ?? '')?.[1];
}
