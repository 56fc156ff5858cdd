import { CodeBlock } from '../../design/code-block.tsx';
import classes from './specification-view.module.css';

const line = /^(\s*(?:- )*)([^\s:"][^:]*)(:)(\s.*)?$/;

/** YAML with coloured keys. */
export function SpecificationView({ text }: { readonly text: string }) {
  return (
    <CodeBlock label="specification" text={text}>
      {text.split('\n').map((content, place) => {
        const parts = line.exec(content);
        return (
          // biome-ignore lint/suspicious/noArrayIndexKey: lines of a fixed text have no identity but their place
          <span key={place}>
            {parts === null ? (
              content
            ) : (
              <>
                <span className={classes.sign}>{parts[1]}</span>
                <span className={classes.key}>{parts[2]}</span>
                <span className={classes.sign}>{parts[3]}</span>
                {parts[4]}
              </>
            )}
            {'\n'}
          </span>
        );
      })}
    </CodeBlock>
  );
}
