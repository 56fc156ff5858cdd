import type { FileHandle } from 'node:fs/promises';
import type { Readable } from 'node:stream';

/** Inclusive first and last byte, as in an HTTP Range. */
export type ByteRange = { readonly start: number; readonly end: number };

/** One file or directory. `bytes` is 0 for directories; `etag` changes whenever the content may have changed. */
export type StorageEntry = {
  readonly path: string;
  readonly kind: 'file' | 'directory';
  readonly bytes: number;
  readonly modifiedAt: Date;
  readonly etag: string;
};

/** Bytes available to the platform on the element, `undefined` where the adapter cannot know. */
export type StorageSpace = { readonly total: number | undefined; readonly free: number | undefined };

/** What was really stored: size in bytes and adler32 as eight lower-case hex digits, computed on the way in. */
export type WriteResult = { readonly bytes: number; readonly adler32: string };

/**
 * A tree of files behind one protocol. Paths are POSIX, relative to the element's root, without leading slash,
 * `.` or `..` segments; an adapter refuses others with `invalid-path` and never follows a symbolic link out of
 * its root. Every method rejects with {@link StorageError}.
 */
export interface StorageAdapter {
  /** Entry at a path, or `undefined` when nothing is there. */
  stat(path: string): Promise<StorageEntry | undefined>;
  /** Direct children of a directory in name order, one page at a time for the caller's back-pressure. */
  list(path: string): AsyncIterable<StorageEntry>;
  /** Bytes of a file, or of one range of it. */
  read(path: string, range?: ByteRange): Promise<Readable>;
  /**
   * Stores a file atomically: nothing is visible at `path` before the last byte is written and the expectations
   * hold; after an abort or a failure nothing is left. Missing parents are created. The adapter may keep blocks
   * while it takes the next ones, so their source must not reuse them.
   */
  write(
    path: string,
    content: AsyncIterable<Uint8Array>,
    options: {
      readonly overwrite: boolean;
      readonly expectedBytes?: number | undefined;
      readonly expectedAdler32?: string | undefined;
      readonly signal?: AbortSignal | undefined;
    },
  ): Promise<WriteResult>;
  /**
   * Opens a file of this host for reading, with the same care about links as `read`; the caller closes it. Adapters of
   * remote storage do not have it.
   */
  openFile?(path: string): Promise<FileHandle>;
  /**
   * Stores a file as `write` does from another one of this host, in threads; for big files only, where threads pay.
   * The result's adler32 is of the bytes read back. Adapters of remote storage do not have it.
   */
  writeFrom?(
    path: string,
    source: FileHandle,
    options: Parameters<StorageAdapter['write']>[2] & {
      /** Bytes copied so far, called after each few MiB. */
      readonly onProgress?: ((bytes: number) => void) | undefined;
    },
  ): Promise<WriteResult>;
  /** Moves a file atomically within the element, creating missing parents of the target. */
  move(from: string, to: string, options: { readonly overwrite: boolean }): Promise<void>;
  /** Removes a file or an empty directory; missing is `not-found`. Empty parents may remain. */
  remove(path: string): Promise<void>;
  /** Creates one directory; an existing one is `already-exists`, a missing parent `not-found`. */
  createDirectory(path: string): Promise<void>;
  /** Checksum of the stored bytes: adler32 as 8 hex digits or md5 as 32. May be cached by path, size and mtime. */
  checksum(
    path: string,
    algorithm: 'adler32' | 'md5',
    options?: { readonly fresh?: boolean },
  ): Promise<string>;
  space(): Promise<StorageSpace>;
  /**
   * Absolute path of a file when it lies on this host, so that transfers and jobs can use it directly;
   * `undefined` for remote storage.
   */
  localPath(path: string): string | undefined;
}
