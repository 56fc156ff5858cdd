import { CodeBlock } from '../design/code-block.tsx';
import { Loaded } from '../design/loaded.tsx';
import { JsonTree } from './json-tree.tsx';
import { useFileText } from './use-file-text.ts';

type Props = { readonly name: string; readonly address: string; readonly asTree: boolean };

const parsed = (text: string): { readonly value: unknown } | undefined => {
  try {
    return { value: JSON.parse(text) as unknown };
  } catch {
    return undefined;
  }
};

/** Text as it is; JSON as a tree, unless it is broken. */
export function TextPreview({ name, address, asTree }: Props) {
  const content = useFileText(address);
  return (
    <Loaded query={content} what="the file">
      {(text) => {
        const document = asTree ? parsed(text) : undefined;
        return document === undefined ? (
          <CodeBlock label={name} text={text} maxHeight={560} />
        ) : (
          <JsonTree label={name} value={document.value} />
        );
      }}
    </Loaded>
  );
}
