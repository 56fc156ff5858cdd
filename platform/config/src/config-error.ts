/** The configuration cannot be used; the message lists every problem, one a line, each with what to do. */
export class ConfigError extends Error {
  constructor(problems: readonly string[]) {
    super(problems.join('\n'));
    this.name = 'ConfigError';
  }
}
