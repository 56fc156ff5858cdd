import { Stack } from '@mantine/core';
import { IconArrowsExchange } from '@tabler/icons-react';
import { Loaded } from '../../design/loaded.tsx';
import { NothingHere } from '../../design/nothing-here.tsx';
import { Panel } from '../../design/panel.tsx';
import { LakeDataTable } from './lake-data-table.tsx';
import { lakeNames } from './lake-names.ts';
import { useSpecification, useSteps } from './use-run.ts';

/** What the run reads from the lake and what it leaves there. */
export function LakeDataPanel({ id, ended }: { readonly id: string; readonly ended: boolean }) {
  const specification = useSpecification(id);
  const transfers = useSteps(id, ended).data?.transfers ?? [];
  return (
    <Loaded query={specification} what="the lake data">
      {({ specification: document, parameters }) => {
        const { inputs, outputs } = lakeNames(document, parameters);
        if (inputs.length + outputs.length === 0) {
          return (
            <NothingHere
              icon={IconArrowsExchange}
              title="This run names no data of the lake"
              commands={
                'inputs:\n  data-lake:\n    - did: "user.alice:my-dataset"\n      target: data/\noutputs:\n  data-lake:\n    - dataset: "user.alice:my-result"\n      files: [results/result.json]'
              }
            >
              With these lines in its reana.yaml a run reads by DID and registers its results.
            </NothingHere>
          );
        }
        return (
          <Stack gap="md">
            <Panel title="Inputs">
              <LakeDataTable
                place="Workspace path"
                rows={inputs.map(({ did, target }) => ({ did, places: [target] }))}
                transfers={transfers.filter(({ direction }) => direction === 'input')}
              />
            </Panel>
            <Panel title="Outputs">
              <LakeDataTable
                place="Files"
                rows={outputs.map(({ did, files }) => ({ did, places: files }))}
                transfers={transfers.filter(({ direction }) => direction === 'output')}
              />
            </Panel>
          </Stack>
        );
      }}
    </Loaded>
  );
}
