import { crc32 } from 'node:zlib';

/** One file of an archive; `open` is called when its turn comes. */
export type ZipMember = {
  readonly path: string;
  readonly modifiedAt: Date;
  readonly open: () => Promise<AsyncIterable<Uint8Array>>;
};

type Written = {
  readonly path: Buffer;
  readonly stamp: number;
  readonly crc: number;
  readonly bytes: number;
  readonly at: number;
};

/** ZIP64 everywhere, so that sizes need not be known beforehand (APPNOTE 6.3.9 §4.3, §4.5.3). */
const zip64Version = 45;
/** Sizes follow the data; names are UTF-8. */
const flags = 0x0808;

/** An archive without compression, made while it is sent. */
export async function* zipStream(members: Iterable<ZipMember>): AsyncGenerator<Uint8Array> {
  const written: Written[] = [];
  let position = 0;
  for (const member of members) {
    const source = await member.open();
    const path = Buffer.from(member.path);
    const stamp = dosTime(member.modifiedAt);
    const at = position;
    const head = localHeader(path, stamp);
    yield head;
    let crc = 0;
    let bytes = 0;
    for await (const block of source) {
      crc = crc32(block, crc);
      bytes += block.length;
      yield block;
    }
    const descriptor = Buffer.alloc(24);
    descriptor.writeUInt32LE(0x08074b50, 0);
    descriptor.writeUInt32LE(crc, 4);
    descriptor.writeBigUInt64LE(BigInt(bytes), 8);
    descriptor.writeBigUInt64LE(BigInt(bytes), 16);
    yield descriptor;
    position += head.length + bytes + descriptor.length;
    written.push({ path, stamp, crc, bytes, at });
  }
  const directory = Buffer.concat(written.map(centralHeader));
  yield directory;
  yield archiveEnd(written.length, directory.length, position);
}

function localHeader(path: Buffer, stamp: number): Buffer {
  const head = Buffer.alloc(30 + path.length + 20);
  head.writeUInt32LE(0x04034b50, 0);
  head.writeUInt16LE(zip64Version, 4);
  head.writeUInt16LE(flags, 6);
  head.writeUInt32LE(stamp, 10);
  head.writeUInt32LE(0xffffffff, 18);
  head.writeUInt32LE(0xffffffff, 22);
  head.writeUInt16LE(path.length, 26);
  head.writeUInt16LE(20, 28);
  path.copy(head, 30);
  head.writeUInt16LE(1, 30 + path.length);
  head.writeUInt16LE(16, 32 + path.length);
  return head;
}

function centralHeader({ path, stamp, crc, bytes, at }: Written): Buffer {
  const head = Buffer.alloc(46 + path.length + 28);
  head.writeUInt32LE(0x02014b50, 0);
  // Made on UNIX, so that the permissions below count.
  head.writeUInt16LE((3 << 8) | zip64Version, 4);
  head.writeUInt16LE(zip64Version, 6);
  head.writeUInt16LE(flags, 8);
  head.writeUInt32LE(stamp, 12);
  head.writeUInt32LE(crc, 16);
  head.writeUInt32LE(0xffffffff, 20);
  head.writeUInt32LE(0xffffffff, 24);
  head.writeUInt16LE(path.length, 28);
  head.writeUInt16LE(28, 30);
  head.writeUInt32LE((0o100644 << 16) >>> 0, 38);
  head.writeUInt32LE(0xffffffff, 42);
  path.copy(head, 46);
  const extra = 46 + path.length;
  head.writeUInt16LE(1, extra);
  head.writeUInt16LE(24, extra + 2);
  head.writeBigUInt64LE(BigInt(bytes), extra + 4);
  head.writeBigUInt64LE(BigInt(bytes), extra + 12);
  head.writeBigUInt64LE(BigInt(at), extra + 20);
  return head;
}

function archiveEnd(count: number, directoryBytes: number, directoryAt: number): Buffer {
  const end = Buffer.alloc(56 + 20 + 22);
  end.writeUInt32LE(0x06064b50, 0);
  end.writeBigUInt64LE(44n, 4);
  end.writeUInt16LE((3 << 8) | zip64Version, 12);
  end.writeUInt16LE(zip64Version, 14);
  end.writeBigUInt64LE(BigInt(count), 24);
  end.writeBigUInt64LE(BigInt(count), 32);
  end.writeBigUInt64LE(BigInt(directoryBytes), 40);
  end.writeBigUInt64LE(BigInt(directoryAt), 48);
  end.writeUInt32LE(0x07064b50, 56);
  end.writeBigUInt64LE(BigInt(directoryAt + directoryBytes), 64);
  end.writeUInt32LE(1, 72);
  end.writeUInt32LE(0x06054b50, 76);
  end.writeUInt16LE(0xffff, 84);
  end.writeUInt16LE(0xffff, 86);
  end.writeUInt32LE(0xffffffff, 88);
  end.writeUInt32LE(0xffffffff, 92);
  return end;
}

/** Date and time of the archive's directory, two seconds fine, not before 1980. */
function dosTime(time: Date): number {
  const year = Math.max(time.getUTCFullYear() - 1980, 0);
  const date = (year << 9) | ((time.getUTCMonth() + 1) << 5) | time.getUTCDate();
  const clock = (time.getUTCHours() << 11) | (time.getUTCMinutes() << 5) | (time.getUTCSeconds() >> 1);
  return ((date << 16) | clock) >>> 0;
}
