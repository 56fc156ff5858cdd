import { Text, UnstyledButton } from '@mantine/core';
import type { FileList } from '@vre/protocol-reana';
import { previewKind, previewLimit } from '../../preview/preview-kind.ts';
import { runsClient } from '../runs-client.ts';
import classes from './image-gallery.module.css';

type Props = {
  readonly run: string;
  readonly files: FileList['items'];
  readonly onOpen: (path: string) => void;
};

const shown = 24;

/** The images of a workspace, small; the newest say first whether a run went well. */
export function ImageGallery({ run, files, onOpen }: Props) {
  const images = files.filter(({ name, size }) => previewKind(name) === 'image' && size.raw <= previewLimit);
  if (images.length === 0) return null;
  return (
    <ul className={classes.gallery} aria-label="Images">
      {images.slice(0, shown).map(({ name }) => (
        <li key={name}>
          <UnstyledButton className={classes.card} onClick={() => onOpen(name)}>
            <img
              src={runsClient.fileUrl(run, name, { preview: true })}
              alt=""
              loading="lazy"
              className={classes.image}
            />
            <Text size="xs" truncate className={classes.name}>
              {name.split('/').at(-1)}
            </Text>
          </UnstyledButton>
        </li>
      ))}
    </ul>
  );
}
