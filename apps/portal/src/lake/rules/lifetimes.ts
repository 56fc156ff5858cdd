const day = 86_400;

/** How long a rule may be asked to last, in seconds. */
export const lifetimes = [
  { value: '', label: 'For good' },
  { value: String(day), label: 'One day' },
  { value: String(7 * day), label: 'One week' },
  { value: String(30 * day), label: '30 days' },
  { value: String(180 * day), label: '180 days' },
  { value: String(365 * day), label: 'One year' },
] as const;
