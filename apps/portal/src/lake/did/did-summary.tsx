import type { DidRow } from '@vre/protocol-rucio';
import { type Fact, Facts } from '../../design/facts.tsx';
import { Moment } from '../../design/moment.tsx';
import { formatBytes } from '../../units/bytes.ts';
import { formatCount } from '../../units/count.ts';
import { parseMoment } from '../../units/moment.ts';

const mono = (text: string) => <span className="mono">{text}</span>;

/** The few facts that everybody asks first. */
export function DidSummary({ row }: { readonly row: DidRow }) {
  const facts: Fact[] = [
    { label: 'Size', value: row.bytes === null ? 'not known yet' : formatBytes(row.bytes) },
    { label: 'Owner', value: row.account },
  ];
  if (row.type === 'FILE') {
    if (row.adler32) facts.push({ label: 'Checksum (adler32)', value: mono(row.adler32), copy: row.adler32 });
    if (row.md5) facts.push({ label: 'Checksum (md5)', value: mono(row.md5), copy: row.md5 });
  } else {
    facts.push({ label: 'Files', value: row.length === null ? 'not known yet' : formatCount(row.length) });
    facts.push({ label: 'May it grow', value: row.open === false ? 'no, it is closed' : 'yes, it is open' });
  }
  if (row.expired_at) facts.push({ label: 'Expires', value: <Moment at={parseMoment(row.expired_at)} /> });
  return <Facts facts={facts} />;
}
