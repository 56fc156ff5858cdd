import { ReanaError, type Specification, validateSpecification } from '@vre/protocol-reana';

/**
 * The specification of a new run and what is odd about it.
 * @throws ReanaError 400 with every problem, 501 for a workflow language that is not offered.
 */
export function judgeSpecification(
  value: unknown,
  engines: readonly string[],
): { readonly specification: Specification; readonly warnings: readonly string[] } {
  const { specification, errors, warnings } = validateSpecification(value);
  if (specification !== undefined && !engines.includes(specification.workflow.type)) {
    throw new ReanaError(
      501,
      `Workflows of type "${specification.workflow.type}" are not supported by this server, it runs ${engines.join(', ')}.`,
    );
  }
  if (specification === undefined || errors.length > 0) {
    throw new ReanaError(400, `The specification cannot be used. ${errors.join(' ')}`);
  }
  return { specification, warnings };
}

const serialOptions = ['CACHE', 'FROM', 'TARGET'];

/** @throws ReanaError 400 for a parameter that reana.yaml does not have, or an option that the language does not know. */
export function judgeStart(
  specification: Specification,
  request: {
    readonly input_parameters?: Readonly<Record<string, unknown>> | null | undefined;
    readonly operational_options?: Readonly<Record<string, unknown>> | null | undefined;
  },
): void {
  const known = specification.inputs?.parameters ?? {};
  for (const name of Object.keys(request.input_parameters ?? {})) {
    if (!Object.hasOwn(known, name)) {
      throw new ReanaError(400, `Input parameter "${name}" is not present in reana.yaml`);
    }
  }
  if (specification.workflow.type !== 'serial') return;
  for (const name of Object.keys(request.operational_options ?? {})) {
    if (!serialOptions.includes(name)) {
      throw new ReanaError(
        400,
        `Operational option "${name}" is not supported for serial workflows, these are: ${serialOptions.join(', ')}.`,
      );
    }
  }
}
