import type { EnvironmentSource } from '@vre/environments';
import { ReanaError, type Specification, serialSteps } from '@vre/protocol-reana';

/**
 * One sentence for each image of a serial workflow that nothing stands for, with the known environments and how to map
 * it. Other languages name their images as they go: there the job fails.
 */
export function unmappedImages(
  specification: Specification,
  environments: Pick<EnvironmentSource, 'forImage'>,
): readonly string[] {
  if (specification.workflow.type !== 'serial') return [];
  const images = new Set(serialSteps(specification).map(({ environment }) => environment));
  return [...images].flatMap((image) => {
    try {
      environments.forImage(image);
      return [];
    } catch (error) {
      return [error instanceof Error ? error.message : String(error)];
    }
  });
}

/** @throws ReanaError 400 when an image of the workflow cannot be used here: the run would fail at that step. */
export function judgeImages(
  specification: Specification,
  environments: Pick<EnvironmentSource, 'forImage'>,
): void {
  const sentences = unmappedImages(specification, environments);
  if (sentences.length > 0) throw new ReanaError(400, sentences.join(' '));
}
