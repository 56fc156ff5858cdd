const suffixes: Readonly<Record<string, number>> = {
  '': 1,
  K: 1e3,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  P: 1e15,
  E: 1e18,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
  Pi: 2 ** 50,
  Ei: 2 ** 60,
};

/** Bytes of a Kubernetes memory quantity such as `512Mi`, `2.5G` or `1000000`; `undefined` when it is none. */
export function parseMemoryQuantity(text: string): number | undefined {
  const match = /^(\d+(?:\.\d+)?)([EPTGMKk]i?)?$/.exec(text.trim());
  const factor = suffixes[match?.[2] ?? ''];
  if (!match || factor === undefined) return undefined;
  return Math.floor(Number(match[1]) * factor);
}

/** Cores of a Kubernetes CPU quantity such as `2`, `0.5` or `500m`; `undefined` when it is none. */
export function parseCpuQuantity(text: string): number | undefined {
  const match = /^(\d+(?:\.\d+)?)(m?)$/.exec(text.trim());
  if (!match) return undefined;
  return Number(match[1]) / (match[2] === 'm' ? 1000 : 1);
}
