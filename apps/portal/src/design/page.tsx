import { Anchor, Breadcrumbs, Group, Stack, Text, Title } from '@mantine/core';
import type { ReactNode } from 'react';
import { Crumb } from './crumb.tsx';
import classes from './page.module.css';

export type CrumbTarget = { readonly label: string; readonly to: string };

type Props = {
  readonly title: string;
  /** Shown beside the title: a state, a type. */
  readonly badge?: ReactNode;
  readonly description?: ReactNode;
  readonly crumbs?: readonly CrumbTarget[];
  readonly actions?: ReactNode;
  readonly children: ReactNode;
};

/** A page's frame: document title, breadcrumbs, heading, actions. */
export function Page({ title, badge, description, crumbs = [], actions, children }: Props) {
  return (
    <Stack gap="lg" className={classes.page}>
      <title>{`${title} · VRE`}</title>
      <Stack gap={6}>
        {crumbs.length === 0 ? null : (
          <nav aria-label="Breadcrumbs">
            <Breadcrumbs separatorMargin={6} className={classes.crumbs}>
              {crumbs.map((crumb) => (
                <Anchor key={crumb.to} component={Crumb} to={crumb.to} size="sm">
                  {crumb.label}
                </Anchor>
              ))}
              <Text size="sm" c="dimmed" aria-current="page" className={classes.here}>
                {title}
              </Text>
            </Breadcrumbs>
          </nav>
        )}
        <Group justify="space-between" align="flex-start" gap="sm">
          <Group gap="sm" className={classes.heading}>
            <Title order={1} className={classes.title}>
              {title}
            </Title>
            {badge}
          </Group>
          {actions === undefined ? null : <Group gap="xs">{actions}</Group>}
        </Group>
        {description === undefined ? null : (
          <Text c="dimmed" size="sm" component="div">
            {description}
          </Text>
        )}
      </Stack>
      {children}
    </Stack>
  );
}
