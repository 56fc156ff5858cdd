import { Text } from '@mantine/core';
import { formatBytes } from '../units/bytes.ts';
import classes from './file-preview.module.css';
import { previewKind, previewLimit } from './preview-kind.ts';
import { TextPreview } from './text-preview.tsx';

type Props = {
  readonly name: string;
  readonly bytes: number | undefined;
  /** Address that answers the bytes. */
  readonly address: string;
};

/** A look into a file: an image, a JSON tree or text. */
export function FilePreview({ name, bytes, address }: Props) {
  const kind = previewKind(name);
  if (kind === 'none') {
    return (
      <Text size="sm">
        There is no preview for this kind of file. Download it to open it on your computer.
      </Text>
    );
  }
  if (bytes !== undefined && bytes > previewLimit) {
    return (
      <Text size="sm">
        The file has {formatBytes(bytes)}; previews end at {formatBytes(previewLimit)}. Download it to see all
        of it.
      </Text>
    );
  }
  if (kind === 'image') {
    return (
      <div className={classes.frame}>
        <img src={address} alt={name} className={classes.image} />
      </div>
    );
  }
  return <TextPreview name={name} address={address} asTree={kind === 'json'} />;
}
