import { spawn } from 'node:child_process';

/** How a command is run: its environment, who hears its lines, what ends it. */
export type CommandRun = {
  readonly env: NodeJS.ProcessEnv;
  readonly report: (line: string) => void;
  readonly signal?: AbortSignal | undefined;
};

/**
 * Runs a command with a umask that lets every uid read what it makes; each line of output is reported.
 * Answers the exit code and all output, -1 when the program could not be started.
 */
export function runLines(
  program: string,
  words: readonly string[],
  { env, report, signal }: CommandRun,
): Promise<{ readonly code: number; readonly output: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn('/bin/sh', ['-c', 'umask 022; exec "$@"', 'sh', program, ...words], {
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
      ...(signal === undefined ? {} : { signal }),
    });
    let output = '';
    let rest = '';
    const hear = (chunk: Buffer) => {
      const text = chunk.toString();
      output += text;
      const lines = (rest + text).split(/\r?\n/);
      rest = lines.pop() ?? '';
      for (const line of lines) if (line.trim() !== '') report(line);
    };
    child.stdout.on('data', hear);
    child.stderr.on('data', hear);
    child.on('error', (error) => (signal?.aborted === true ? reject(error) : resolve({ code: -1, output })));
    child.on('close', (code) => {
      if (rest.trim() !== '') report(rest);
      resolve({ code: code ?? -1, output });
    });
  });
}
