const whole = new Intl.NumberFormat('en');

/** `1,204` */
export const formatCount = (count: number): string => whole.format(count);

/** `1 file`, `1,204 files` */
export const plural = (count: number, one: string, many = `${one}s`): string =>
  `${formatCount(count)} ${count === 1 ? one : many}`;
