/** The run cannot go on; `message` is one sentence for its owner: what failed, why, what to do. */
export class RunFailure extends Error {
  constructor(sentence: string, options?: ErrorOptions) {
    super(sentence, options);
    this.name = 'RunFailure';
  }
}
