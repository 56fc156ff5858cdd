import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto';
import { readOrCreateSecretFile } from './secret-file.ts';

/**
 * Encrypts small secrets for the database. `purpose` is authenticated with the value, so that a stored value
 * cannot be moved to another column or row that names another purpose.
 */
export interface Secrets {
  encrypt(plaintext: string, purpose: string): string;
  /** Throws when the value was changed, belongs to another purpose or was encrypted with another key. */
  decrypt(sealed: string, purpose: string): string;
}

const version = 'v1';

function seal(key: Buffer, plaintext: Buffer, purpose: string): Buffer {
  const nonce = randomBytes(12);
  const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(Buffer.from(purpose));
  return Buffer.concat([nonce, cipher.update(plaintext), cipher.final(), cipher.getAuthTag()]);
}

function open(key: Buffer, sealed: Buffer, purpose: string): Buffer {
  const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(0, 12))
    .setAAD(Buffer.from(purpose))
    .setAuthTag(sealed.subarray(-16));
  return Buffer.concat([decipher.update(sealed.subarray(12, -16)), decipher.final()]);
}

/**
 * Opens the key file (created at the first start, 0600). Each value gets its own data key, wrapped by the key of
 * the file: changing that key means re-wrapping, not re-encrypting.
 */
export async function openSecrets(keyFile: string): Promise<Secrets> {
  const master = createHash('sha256')
    .update(await readOrCreateSecretFile(keyFile))
    .digest();
  const keyId = createHash('sha256').update(master).digest('hex').slice(0, 8);
  return {
    encrypt: (plaintext, purpose) => {
      const dataKey = randomBytes(32);
      const wrapped = seal(master, dataKey, keyId);
      const value = seal(dataKey, Buffer.from(plaintext), purpose);
      return [version, keyId, wrapped.toString('base64url'), value.toString('base64url')].join('.');
    },
    decrypt: (sealed, purpose) => {
      const [foundVersion, foundKey, wrapped, value] = sealed.split('.');
      if (foundVersion !== version || wrapped === undefined || value === undefined) {
        throw new Error('not an encrypted value of this platform');
      }
      if (foundKey !== keyId) {
        throw new Error(
          `encrypted with key ${foundKey}, but the key file holds ${keyId}: restore the key file of this data directory`,
        );
      }
      const dataKey = open(master, Buffer.from(wrapped, 'base64url'), keyId);
      return open(dataKey, Buffer.from(value, 'base64url'), purpose).toString();
    },
  };
}
