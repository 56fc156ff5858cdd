/** Something that must hold did not; the sentence says what was expected and what was seen. */
export class DemoFailed extends Error {
  constructor(sentence: string) {
    super(sentence);
    this.name = 'DemoFailed';
  }
}

/** Throws unless `condition` holds. */
export function expectThat(condition: boolean, sentence: string): asserts condition {
  if (!condition) throw new DemoFailed(sentence);
}

/** One step of the main job; returns what was seen, a line each. `progress` shows a line while it works. */
export type Step<State> = {
  readonly title: string;
  run(state: State, progress: (line: string) => void): Promise<readonly string[]>;
};

/** Runs steps in order, printing each with its duration and what was seen. */
export async function runSteps<State>(
  steps: readonly Step<State>[],
  state: State,
  out: NodeJS.WriteStream,
): Promise<void> {
  for (const [index, step] of steps.entries()) {
    const started = Date.now();
    const head = `${String(index + 1).padStart(2)}/${steps.length} ${step.title}`;
    out.write(`${head}\n`);
    const progress = (line: string) => void (out.isTTY && out.write(`\r\x1b[K      ${line.slice(0, 100)}`));
    const seen = await step.run(state, progress);
    if (out.isTTY) out.write('\r\x1b[K');
    for (const line of seen) out.write(`      ${line}\n`);
    out.write(`      ${((Date.now() - started) / 1000).toFixed(1)} s\n`);
  }
}
