import { fileURLToPath } from 'node:url';
import { computeBackendContract } from '@vre/compute-port/contract-suite';
import { createSubject } from './contract-subject.ts';

const module = fileURLToPath(new URL('./contract-subject.ts', import.meta.url));
const enforcesNoNetwork = process.getuid?.() === 0;

computeBackendContract({ name: 'process', module, backend: createSubject(), enforcesNoNetwork });
computeBackendContract({
  name: 'process, watchdog only',
  module,
  backend: createSubject('watchdog'),
  enforcesNoNetwork,
});
