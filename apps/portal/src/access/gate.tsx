import { Container } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { lazy, Suspense } from 'react';
import { ProblemBox } from '../design/problem-box.tsx';
import { Shell } from '../shell/shell.tsx';
import { sessionQuery, useSignedOutNews } from './use-session.ts';

const SignedOutPage = lazy(async () => ({
  default: (await import('./signed-out-page.tsx')).SignedOutPage,
}));

/** Asks who is there, then shows the sign-in page or the shell. */
export function Gate() {
  useSignedOutNews();
  const session = useQuery(sessionQuery);
  if (session.isPending) return null;
  if (session.data === undefined) {
    return (
      <Container component="main" size="sm" py="xl">
        <ProblemBox what="The portal could not start." error={session.error} onRetry={session.refetch} />
      </Container>
    );
  }
  return session.data.signedIn ? (
    <Shell />
  ) : (
    <Suspense>
      <SignedOutPage />
    </Suspense>
  );
}
