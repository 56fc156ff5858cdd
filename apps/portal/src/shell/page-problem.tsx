import { type ErrorComponentProps, useRouter } from '@tanstack/react-router';
import { ProblemBox } from '../design/problem-box.tsx';

/** A page that broke; the navigation stays. */
export function PageProblem({ error, reset }: ErrorComponentProps) {
  const router = useRouter();
  const retry = () => {
    reset();
    return router.invalidate();
  };
  return <ProblemBox what="This page could not be shown." error={error} onRetry={retry} />;
}
