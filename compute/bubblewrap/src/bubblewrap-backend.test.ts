import { fileURLToPath } from 'node:url';
import { computeBackendContract } from '@vre/compute-port/contract-suite';
import { describe, expect, it } from 'vitest';
import { createBubblewrapBackend } from './bubblewrap-backend.ts';
import { createSubject } from './contract-subject.ts';

const module = fileURLToPath(new URL('./contract-subject.ts', import.meta.url));

computeBackendContract({ name: 'bubblewrap', module, backend: createSubject(), enforcesNoNetwork: true });
computeBackendContract({
  name: 'bubblewrap, watchdog only',
  module,
  backend: createSubject('watchdog'),
  enforcesNoNetwork: true,
});

describe('bubblewrap that cannot run', () => {
  const runAs = process.getuid?.() === 0 ? { uid: 20_002, gid: 20_002 } : 'self';
  it('names the package when it is missing', async () => {
    const backend = createBubblewrapBackend({ runAs, program: '/no/such/bwrap', limitMethod: 'watchdog' });
    expect((await backend.describe()).unavailable).toContain('apt-get install bubblewrap');
  });
  it('says why when the program is there but fails', async () => {
    const backend = createBubblewrapBackend({ runAs, program: '/bin/false', limitMethod: 'watchdog' });
    expect((await backend.describe()).unavailable).toContain('cannot run here');
  });
});
