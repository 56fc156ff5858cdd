import type { JobEnd } from '@vre/compute-port';

/** A start cannot go on; `message` says what failed, why, and what to do. */
export class StartFailure extends Error {
  constructor(sentence: string, options?: ErrorOptions) {
    super(sentence, options);
    this.name = 'StartFailure';
  }
}

const nextSteps: Readonly<Record<JobEnd['reason'], string>> = {
  'out-of-memory':
    'Load less data at once or restart kernels you do not need; the operator can raise notebooks.server.memory.',
  'disk-exceeded':
    'It wrote more than one server may add to the home: start it again and remove what you do not need; the operator can raise notebooks.server.disk.',
  'timed-out': 'Start it again.',
  killed: 'Start it again; if that happens once more, show the last lines of its log to the operator.',
  failed:
    'The last lines of its log say why; start it again, and show them to the operator if it fails once more.',
  finished: 'Start it again.',
  lost: 'The machine was restarted, or its process was removed from outside: start it again, files in your home are kept.',
  cancelled: 'It was stopped together with the platform: start it again, files in your home are kept.',
};

/** How a server ended without being asked, in words. `before` tells whether it ever answered. */
export function endSentence(
  end: Pick<JobEnd, 'reason' | 'sentence'>,
  when: 'before-answering' | 'while-running',
): string {
  const what = when === 'before-answering' ? 'The server ended before it answered' : 'The server ended';
  return `${what}: ${end.sentence}. ${nextSteps[end.reason]}`;
}
