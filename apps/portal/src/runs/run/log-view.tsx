import '@mantine/core/styles/Switch.css';
import { Button, Group, Switch, Text, TextInput } from '@mantine/core';
import { IconDownload, IconPlayerPause, IconPlayerPlay, IconSearch } from '@tabler/icons-react';
import { useEffect, useMemo, useRef, useState } from 'react';
import { plural } from '../../units/count.ts';
import { logLines, matchingLines } from './log-lines.ts';
import classes from './log-view.module.css';
import { saveText } from './save-text.ts';
import type { LogText } from './use-live-log.ts';

type Props = {
  readonly log: LogText;
  readonly label: string;
  readonly fileName: string;
  readonly paused: boolean;
  readonly onPause: (paused: boolean) => void;
  /** More text may come. */
  readonly following: boolean;
};

/** A log: follows its end until one scrolls up, can be searched, wrapped, paused and saved. */
export function LogView({ log, label, fileName, paused, onPause, following }: Props) {
  const [wanted, setWanted] = useState('');
  const [wrap, setWrap] = useState(true);
  const [match, setMatch] = useState(0);
  const scroller = useRef<HTMLElement>(null);
  const atEnd = useRef(true);
  const { lines, hidden } = useMemo(() => logLines(log.text), [log.text]);
  const matches = useMemo(() => matchingLines(lines, wanted), [lines, wanted]);
  const current = matches.length === 0 ? undefined : matches[match % matches.length];

  useEffect(() => {
    const element = scroller.current;
    if (element !== null && atEnd.current && lines.length > 0) element.scrollTop = element.scrollHeight;
  }, [lines]);
  useEffect(() => {
    if (current === undefined) return;
    scroller.current?.querySelector(`[data-line="${current}"]`)?.scrollIntoView({ block: 'center' });
  }, [current]);

  const onScroll = () => {
    const element = scroller.current;
    if (element !== null)
      atEnd.current = element.scrollHeight - element.scrollTop - element.clientHeight < 24;
  };
  return (
    <div className={classes.view}>
      <Group gap="sm" p="xs" className={classes.bar}>
        <TextInput
          aria-label="Search in the log"
          placeholder="Search, Enter for the next"
          size="xs"
          leftSection={<IconSearch size={14} aria-hidden />}
          value={wanted}
          onChange={(event) => {
            setWanted(event.currentTarget.value);
            setMatch(0);
          }}
          onKeyDown={(event) => {
            if (event.key === 'Enter')
              setMatch((before) => before + (event.shiftKey ? matches.length - 1 : 1));
          }}
          w={220}
        />
        <Text size="xs" c="dimmed" role="status">
          {wanted === ''
            ? plural(lines.length + hidden, 'line')
            : plural(matches.length, 'line fits', 'lines fit')}
        </Text>
        <Group gap="sm" ml="auto">
          <Switch
            size="xs"
            label="Wrap"
            checked={wrap}
            onChange={(event) => setWrap(event.currentTarget.checked)}
          />
          {following ? (
            <Button
              size="xs"
              variant="default"
              leftSection={
                paused ? <IconPlayerPlay size={14} aria-hidden /> : <IconPlayerPause size={14} aria-hidden />
              }
              onClick={() => onPause(!paused)}
            >
              {paused ? 'Follow' : 'Pause'}
            </Button>
          ) : null}
          <Button
            size="xs"
            variant="default"
            leftSection={<IconDownload size={14} aria-hidden />}
            onClick={() => saveText(fileName, log.text)}
          >
            Save
          </Button>
        </Group>
      </Group>
      <section
        ref={scroller}
        className={classes.scroll}
        aria-label={label}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard (WCAG 2.1.1)
        tabIndex={0}
        onScroll={onScroll}
        data-wrap={wrap}
      >
        {hidden > 0 || log.dropped ? (
          <p className={classes.note}>Only the last {plural(lines.length, 'line')} are shown.</p>
        ) : null}
        {lines.length === 0 ? (
          <p className={classes.note}>{following ? 'Nothing was said yet.' : 'Nothing was said.'}</p>
        ) : (
          <pre className={classes.lines}>
            {lines.map((line, place) => (
              <span
                // biome-ignore lint/suspicious/noArrayIndexKey: lines have no identity but their place
                key={place}
                data-line={place}
                className={classes.line}
                data-match={place === current || undefined}
              >
                {`${line}\n`}
              </span>
            ))}
          </pre>
        )}
      </section>
    </div>
  );
}
