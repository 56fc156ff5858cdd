import { Anchor, Group, Text } from '@mantine/core';
import { IconDatabase } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { scopedName } from '@vre/protocol-rucio';
import { useSession } from '../access/use-session.ts';
import { Loaded } from '../design/loaded.tsx';
import { NothingHere } from '../design/nothing-here.tsx';
import { Panel } from '../design/panel.tsx';
import { DidLink } from '../lake/did-link.tsx';
import { firstUploadCommands } from '../lake/first-upload-commands.ts';
import { lakeClient } from '../lake/lake-client.ts';
import { formatBytes } from '../units/bytes.ts';
import { plural } from '../units/count.ts';
import classes from './home.module.css';

const shown = 6;
const recentDays = 30;

/** Collections made lately in the scope; if there are none, any of them. */
const useRecentData = (scope: string) =>
  useQuery({
    queryKey: ['lake', 'dids', scope, 'recent'],
    queryFn: async ({ signal }) => {
      const since = new Date(Date.now() - recentDays * 86_400_000).toISOString().slice(0, 19);
      const recent = await lakeClient
        .listDids(
          scope,
          { type: 'collection', limit: shown, filters: [{ name: '*', created_after: since }] },
          signal,
        )
        .catch(() => []);
      return recent.length > 0
        ? recent
        : lakeClient.listDids(scope, { type: 'collection', limit: shown }, signal);
    },
  });

/** The person's own datasets. */
export function RecentData() {
  const { username } = useSession();
  const scope = `user.${username}`;
  const data = useRecentData(scope);
  return (
    <Panel
      title="Your datasets"
      aside={
        <Anchor component={Link} to="/lake/scopes/$scope" params={{ scope } as never} size="sm">
          All of {scope}
        </Anchor>
      }
    >
      <Loaded query={data} what="your datasets" rows={4}>
        {(rows) =>
          rows.length === 0 ? (
            <NothingHere icon={IconDatabase} title="No datasets yet" commands={firstUploadCommands(username)}>
              Put files into the lake from your computer; two copies keep them safe.
            </NothingHere>
          ) : (
            <ul className={classes.list}>
              {rows.map((row) => (
                <li key={scopedName(row)} className={classes.item}>
                  <Group justify="space-between" gap="sm" wrap="nowrap">
                    <DidLink did={scopedName(row)} label={row.name} />
                    <Text size="xs" c="dimmed" className="numbers" style={{ whiteSpace: 'nowrap' }}>
                      {row.length === null ? '' : plural(row.length, 'file')}
                      {row.bytes === null ? '' : ` · ${formatBytes(row.bytes)}`}
                    </Text>
                  </Group>
                </li>
              ))}
            </ul>
          )
        }
      </Loaded>
    </Panel>
  );
}
