import { Box } from '@mantine/core';
import { useEffect, useRef } from 'react';
import { ProblemBox } from '../../design/problem-box.tsx';

type Props = { readonly title: string; readonly error: unknown };

/** Why a start was refused; comes into view, since the card that was pressed may be far below. */
export function StartProblem({ title, error }: Props) {
  const place = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (error !== null) place.current?.scrollIntoView({ block: 'nearest' });
  }, [error]);
  return (
    <Box ref={place}>
      <ProblemBox what={`${title} could not be started.`} error={error} />
    </Box>
  );
}
