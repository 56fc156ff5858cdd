import '@mantine/core/styles/ThemeIcon.css';
import { Box, Button, Container, Group, Stack, Text, ThemeIcon, Title } from '@mantine/core';
import { IconArrowsSplit2, IconDatabase, IconLogin2, IconPackageExport } from '@tabler/icons-react';
import { useLocation } from '@tanstack/react-router';
import { ColourSchemeMenu } from '../shell/colour-scheme-menu.tsx';
import { Mark } from '../shell/mark.tsx';
import { signInAddress } from './session.ts';
import classes from './signed-out-page.module.css';

const offers = [
  {
    icon: IconDatabase,
    title: 'A data lake',
    text: 'Files with names that last, copied to several storage elements by rules, every checksum verified.',
  },
  {
    icon: IconArrowsSplit2,
    title: 'Workflows that run again',
    text: 'Declare steps, inputs and environments once; read data by its name and follow each step live.',
  },
  {
    icon: IconPackageExport,
    title: 'Results with their history',
    text: 'What a run produced goes back to the lake together with what made it.',
  },
] as const;

/** What a visitor without session sees: what this is, and one button. */
export function SignedOutPage() {
  const next = useLocation({ select: (location) => location.href });
  return (
    <Box className={classes.page}>
      <Group component="header" justify="space-between" p="md">
        <Mark />
        <ColourSchemeMenu />
      </Group>
      <Container component="main" size={880} px="lg" className={classes.content}>
        <Stack gap="xl">
          <Stack gap="sm">
            <Title order={1} className={classes.headline}>
              One place for data, analysis and results
            </Title>
            <Text size="lg" c="dimmed" maw={620}>
              This Virtual Research Environment keeps your research data, runs your workflows next to it and
              leaves behind results that others can find and run again. The command line clients you know work
              with it unchanged.
            </Text>
          </Stack>
          <Button
            component="a"
            href={signInAddress(next)}
            size="md"
            leftSection={<IconLogin2 size={20} aria-hidden />}
            className={classes.signIn}
          >
            Sign in
          </Button>
          <ul className={classes.offers}>
            {offers.map(({ icon: Icon, title, text }) => (
              <li key={title}>
                <Stack gap={6}>
                  <ThemeIcon variant="light" size="lg">
                    <Icon size={20} aria-hidden />
                  </ThemeIcon>
                  <Title order={2} size="h3">
                    {title}
                  </Title>
                  <Text size="sm" c="dimmed">
                    {text}
                  </Text>
                </Stack>
              </li>
            ))}
          </ul>
        </Stack>
      </Container>
    </Box>
  );
}
