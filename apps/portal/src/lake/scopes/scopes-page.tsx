import { Anchor, Badge, Stack, Text, TextInput } from '@mantine/core';
import { IconDatabaseOff, IconSearch } from '@tabler/icons-react';
import { getRouteApi, Link } from '@tanstack/react-router';
import { Loaded } from '../../design/loaded.tsx';
import { NothingHere } from '../../design/nothing-here.tsx';
import { Page } from '../../design/page.tsx';
import { VirtualTable } from '../../design/virtual-table.tsx';
import { plural } from '../../units/count.ts';
import { useScopes } from './use-scopes.ts';

const route = getRouteApi('/lake');

/** The data lake's front door: its scopes. */
export function ScopesPage() {
  const { name = '' } = route.useSearch();
  const navigate = route.useNavigate();
  const scopes = useScopes();
  return (
    <Page
      title="Data lake"
      description="Every file has a scope and a name for good. Datasets gather files, containers gather datasets; rules keep as many copies as you ask for."
    >
      <TextInput
        label="Scope"
        placeholder="Part of the scope's name"
        value={name}
        onChange={(event) => {
          const { value } = event.currentTarget;
          void navigate({ search: value === '' ? {} : { name: value }, replace: true });
        }}
        leftSection={<IconSearch size={16} aria-hidden />}
        w={{ base: '100%', xs: 280 }}
      />
      <Loaded query={scopes} what="the scopes">
        {(all) => {
          const rows = all.filter(({ scope }) => scope.toLowerCase().includes(name.toLowerCase()));
          if (rows.length === 0) {
            return (
              <NothingHere icon={IconDatabaseOff} title="No scope fits">
                Shorten the name. Everybody has a scope “user.NAME”; project scopes are made by
                administrators.
              </NothingHere>
            );
          }
          return (
            <Stack gap="sm">
              <VirtualTable
                label="Scopes"
                rows={rows}
                rowKey={({ scope }) => scope}
                columns={[
                  {
                    header: 'Scope',
                    cell: ({ scope }) => (
                      <Anchor component={Link} to="/lake/scopes/$scope" params={{ scope } as never}>
                        {scope}
                      </Anchor>
                    ),
                  },
                  {
                    header: 'Whose',
                    width: '8rem',
                    cell: ({ mine }) => (mine ? <Badge className="plain-badge">Yours</Badge> : ''),
                  },
                ]}
              />
              <Text size="sm" c="dimmed" role="status">
                {plural(rows.length, 'scope')}
              </Text>
            </Stack>
          );
        }}
      </Loaded>
    </Page>
  );
}
