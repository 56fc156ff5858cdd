/** Where our hub answers otherwise than JupyterHub on purpose; `docs/reference/hub-api.md` has the same list. */
export type Deviation = {
  /** Step of the script, or `*` for each. */
  readonly step: string;
  /** `status`, or a field of the answer. */
  readonly what: string;
  /** Sentence of the page. */
  readonly because: string;
};

export const deviations: readonly Deviation[] = [];
