import '@mantine/core/styles/Combobox.css';
import { Select, Stack } from '@mantine/core';
import { getRouteApi } from '@tanstack/react-router';
import { useState } from 'react';
import { Loaded } from '../../design/loaded.tsx';
import { runLooks } from '../run-state.ts';
import { LogView } from './log-view.tsx';
import { useLiveLog } from './use-live-log.ts';
import { useSteps } from './use-run.ts';

const route = getRouteApi('/runs/$run');
const engine = 'engine';

/** Picks whose log is shown, and follows it. */
export function LogPanel(props: { readonly id: string; readonly name: string; readonly ended: boolean }) {
  const { id, name, ended } = props;
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const [paused, setPaused] = useState(false);
  const steps = useSteps(id, ended).data?.steps ?? [];
  const running =
    steps.find(({ status }) => status === 'running') ?? steps.findLast(({ start }) => start !== undefined);
  const chosen = search.step ?? running?.id ?? engine;
  const log = useLiveLog(id, chosen === engine ? undefined : chosen, paused, ended);
  const choices = [
    ...steps.map((step) => ({ value: step.id, label: `${step.name} · ${runLooks[step.status].word}` })),
    { value: engine, label: 'Engine of the run' },
  ];
  const label = choices.find(({ value }) => value === chosen)?.label ?? chosen;
  return (
    <Stack gap="sm">
      <Select
        label="Log of"
        data={choices}
        value={chosen}
        allowDeselect={false}
        w={{ base: '100%', xs: 340 }}
        onChange={(step) =>
          void navigate({ search: { tab: 'log', ...(step === null ? {} : { step }) }, replace: true })
        }
      />
      <Loaded query={log} what="the log">
        {(value) => (
          <LogView
            key={chosen}
            log={value}
            label={`Log of ${label}`}
            fileName={`${name}-${chosen === engine ? 'engine' : label.split(' · ')[0]}.log`}
            paused={paused}
            onPause={setPaused}
            following={!value.ended && !ended}
          />
        )}
      </Loaded>
    </Stack>
  );
}
