/** Path below which the provider answers: `/aai`, or nothing for an issuer at the root of its host. */
export const mountPathOf = (issuer: string): string => new URL(issuer).pathname.replace(/\/$/, '');
