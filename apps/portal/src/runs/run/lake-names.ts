/** Data of the lake that a specification names, with the run's parameters filled in. */
export type LakeNames = {
  readonly inputs: readonly { readonly did: string; readonly target: string }[];
  readonly outputs: readonly { readonly did: string; readonly files: readonly string[] }[];
};

type Values = Readonly<Record<string, unknown>>;

const fields = (value: unknown): Values =>
  typeof value === 'object' && value !== null ? (value as Values) : {};
const list = (value: unknown): readonly Values[] => (Array.isArray(value) ? value.map(fields) : []);
const text = (value: unknown): string => (typeof value === 'string' ? value : '');

/** Replaces `${name}` by the parameter; an unknown name stays as it is. */
export const fillIn = (template: string, parameters: Values): string =>
  template.replace(/\$\{([\w.-]+)\}/g, (whole, name: string) =>
    Object.hasOwn(parameters, name) ? String(parameters[name]) : whole,
  );

export function lakeNames(specification: Values, parameters: Values): LakeNames {
  const inputs = list(fields(specification.inputs)['data-lake']);
  const outputs = list(fields(specification.outputs)['data-lake']);
  return {
    inputs: inputs.map(({ did, target }) => ({
      did: fillIn(text(did), parameters),
      target: fillIn(text(target), parameters) || './',
    })),
    outputs: outputs.map(({ dataset, files }) => ({
      did: fillIn(text(dataset), parameters),
      files: (Array.isArray(files) ? files : []).map((file) => fillIn(String(file), parameters)),
    })),
  };
}
