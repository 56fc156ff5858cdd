import 'reflect-metadata';
import { randomBytes, webcrypto } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as x509 from '@peculiar/x509';

/** PEM texts and the path of the authority's certificate, which clients are given. */
export type LocalCertificates = {
  readonly authorityFile: string;
  readonly certificate: string;
  readonly key: string;
};

const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;
const day = 86_400_000;

/**
 * A certificate authority for this machine alone and one server certificate from it, made at the first start.
 * The authority is name-constrained to `hosts` (RFC 5280 §4.2.1.10) and its key is thrown away after signing,
 * so that trusting it can never be used against another site.
 */
export async function localCertificates(
  directory: string,
  hosts: readonly string[],
): Promise<LocalCertificates> {
  const authorityFile = join(directory, 'ca.pem');
  const certificateFile = join(directory, 'server.pem');
  const keyFile = join(directory, 'server.key');
  if (!existsSync(keyFile)) await issue(directory, { authorityFile, certificateFile, keyFile }, hosts);
  return {
    authorityFile,
    certificate: await readFile(certificateFile, 'utf8'),
    key: await readFile(keyFile, 'utf8'),
  };
}

async function issue(
  directory: string,
  files: { readonly authorityFile: string; readonly certificateFile: string; readonly keyFile: string },
  hosts: readonly string[],
): Promise<void> {
  x509.cryptoProvider.set(webcrypto);
  const notBefore = new Date(Date.now() - day);
  const notAfter = new Date(Date.now() + 3650 * day);
  const authorityKeys = await generateKeys();
  const authority = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: randomBytes(8).toString('hex'),
    name: 'CN=VRE local authority (this machine only)',
    notBefore,
    notAfter,
    keys: authorityKeys,
    signingAlgorithm: algorithm,
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
      await x509.SubjectKeyIdentifierExtension.create(authorityKeys.publicKey),
      nameConstraints(hosts),
    ],
  });
  const serverKeys = await generateKeys();
  const server = await x509.X509CertificateGenerator.create({
    serialNumber: randomBytes(8).toString('hex'),
    subject: `CN=${hosts[0]}`,
    issuer: authority.subject,
    notBefore,
    notAfter,
    publicKey: serverKeys.publicKey,
    signingKey: authorityKeys.privateKey,
    signingAlgorithm: algorithm,
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
      new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
      new x509.SubjectAlternativeNameExtension(
        hosts.map((host) => ({ type: isAddress(host) ? ('ip' as const) : ('dns' as const), value: host })),
      ),
      await x509.AuthorityKeyIdentifierExtension.create(authorityKeys.publicKey),
    ],
  });
  const key = x509.PemConverter.encode(
    await webcrypto.subtle.exportKey('pkcs8', serverKeys.privateKey),
    'PRIVATE KEY',
  );
  // Jobs read the authority as other users; the key file protects itself.
  await mkdir(directory, { recursive: true, mode: 0o711 });
  await writeFile(files.authorityFile, `${authority.toString('pem')}\n`, { mode: 0o644 });
  await writeFile(files.certificateFile, `${server.toString('pem')}\n${authority.toString('pem')}\n`, {
    mode: 0o644,
  });
  // The key file marks the set as complete, so it appears last and whole.
  await writeFile(`${files.keyFile}.new`, `${key}\n`, { mode: 0o600 });
  await rename(`${files.keyFile}.new`, files.keyFile);
}

const generateKeys = () => webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);

const isAddress = (host: string) => /^[\d.]+$/.test(host) || host.includes(':');

/** permittedSubtrees as DER: the library has no builder for this extension. */
function nameConstraints(hosts: readonly string[]): x509.Extension {
  const subtrees = hosts.map((host) =>
    isAddress(host)
      ? sequence(tagged(0x87, addressAndMask(host)))
      : sequence(tagged(0x82, Buffer.from(host))),
  );
  const value = sequence(tagged(0xa0, Buffer.concat(subtrees)));
  return new x509.Extension('2.5.29.30', true, new Uint8Array(value));
}

function tagged(tag: number, content: Buffer): Buffer {
  const length =
    content.length < 128
      ? [content.length]
      : content.length < 256
        ? [0x81, content.length]
        : [0x82, content.length >> 8, content.length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...length]), content]);
}

const sequence = (content: Buffer) => tagged(0x30, content);

function addressAndMask(host: string): Buffer {
  if (host === '::1') return Buffer.concat([Buffer.alloc(15), Buffer.from([1]), Buffer.alloc(16, 0xff)]);
  return Buffer.from([...host.split('.').map(Number), 255, 255, 255, 255]);
}
