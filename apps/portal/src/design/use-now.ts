import { useEffect, useState } from 'react';

/** The present, renewed every `everyMilliseconds`; undefined stops the clock. */
export function useNow(everyMilliseconds: number | undefined): Date {
  const [now, setNow] = useState(() => new Date());
  useEffect(() => {
    if (everyMilliseconds === undefined) return;
    const timer = setInterval(() => setNow(new Date()), everyMilliseconds);
    return () => clearInterval(timer);
  }, [everyMilliseconds]);
  return now;
}
