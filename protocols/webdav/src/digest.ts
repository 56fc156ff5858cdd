/** Checksums that travel in `Digest` headers (RFC 3230), hex in lower case: adler32 has 8 digits, md5 32. */
export type Digests = { readonly adler32?: string; readonly md5?: string };

/** The two algorithms that storage elements of the grid agree on. */
export type DigestAlgorithm = 'adler32' | 'md5';

/**
 * Reads `Digest: adler32=36d714ab,md5=LZCR…==`. adler32 is hex as grid storage sends it, md5 base64; unknown
 * algorithms are skipped, a malformed value of a known one is `undefined` as a whole.
 */
export function parseDigest(header: string): Digests | undefined {
  const digests: { adler32?: string; md5?: string } = {};
  for (const instance of header.split(',')) {
    const cut = instance.indexOf('=');
    const algorithm = instance.slice(0, cut).trim().toLowerCase();
    const value = instance.slice(cut + 1).trim();
    if (algorithm === 'adler32') {
      if (!/^[0-9a-f]{1,8}$/i.test(value)) return undefined;
      digests.adler32 = value.toLowerCase().padStart(8, '0');
    } else if (algorithm === 'md5') {
      const hex = hexOfBase64(value);
      if (hex?.length !== 32) return undefined;
      digests.md5 = hex;
    }
  }
  return digests;
}

/** Value of a `Digest` header for one checksum given as hex. */
export function renderDigest(algorithm: DigestAlgorithm, hex: string): string {
  return algorithm === 'adler32' ? `adler32=${hex}` : `md5=${base64OfHex(hex)}`;
}

/** The algorithm that a `Want-Digest` header prefers among ours; `undefined` when it wants none of them. */
export function parseWantDigest(header: string): DigestAlgorithm | undefined {
  let best: { readonly algorithm: DigestAlgorithm; readonly weight: number } | undefined;
  for (const item of header.split(',')) {
    const [name = '', ...parameters] = item.split(';').map((word) => word.trim().toLowerCase());
    const quality = parameters.find((word) => word.startsWith('q='));
    const weight = quality === undefined ? 1 : Number(quality.slice(2));
    if (name !== 'adler32' && name !== 'md5') continue;
    if (weight > (best?.weight ?? 0)) best = { algorithm: name, weight };
  }
  return best?.algorithm;
}

/** md5 of a `Content-MD5` header (base64) as hex; `undefined` when malformed. */
export function parseContentMd5(header: string): string | undefined {
  const hex = hexOfBase64(header.trim());
  return hex?.length === 32 ? hex : undefined;
}

function hexOfBase64(value: string): string | undefined {
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(value)) return undefined;
  try {
    return [...atob(value)].map((byte) => byte.charCodeAt(0).toString(16).padStart(2, '0')).join('');
  } catch {
    return undefined;
  }
}

function base64OfHex(hex: string): string {
  const bytes = hex.match(/../g) ?? [];
  return btoa(bytes.map((byte) => String.fromCharCode(Number.parseInt(byte, 16))).join(''));
}
