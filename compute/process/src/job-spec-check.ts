import { isAbsolute, normalize } from 'node:path';
import { ComputeError, type JobSpec } from '@vre/compute-port';

/** Problems of a specification, in sentences; empty when it can be run. */
export function jobSpecProblems(spec: JobSpec): readonly string[] {
  const problems: string[] = [];
  const path = (what: string, value: string) => {
    if (!isAbsolute(value) || normalize(value) !== value || /[\0\n]/.test(value)) {
      problems.push(`${what} must be a normalised absolute path, not ${JSON.stringify(value)}`);
    }
  };
  if (!/^[A-Za-z0-9][A-Za-z0-9._:-]{0,127}$/.test(spec.jobId)) {
    problems.push(`jobId must be 1–128 letters, digits or ._:- , not ${JSON.stringify(spec.jobId)}`);
  }
  path('jobDirectory', spec.jobDirectory);
  path('workingDirectory', spec.workingDirectory);
  for (const { source, target } of spec.mounts) {
    path('mounts.source', source);
    path('mounts.target', target);
  }
  for (const file of spec.secretFiles) path('secretFiles.path', file.path);
  if (spec.command[0] === '') problems.push('command must name a program');
  if (spec.command.some((word) => word.includes('\0'))) problems.push('command must not contain a NUL');
  for (const [name, value] of Object.entries(spec.environment)) {
    if (!/^[^=\0]+$/.test(name) || value.includes('\0')) {
      problems.push(`environment variable ${JSON.stringify(name)} cannot be passed on`);
    }
  }
  for (const [name, value] of Object.entries(spec.limits)) {
    if (value !== undefined && !(value > 0 && Number.isFinite(value))) {
      problems.push(`limits.${name} must be a positive number, not ${value}`);
    }
  }
  const port = spec.exposedPort;
  if (port !== undefined && !(Number.isInteger(port) && port > 0 && port < 65_536)) {
    problems.push(`exposedPort must be a port from 1 to 65535, not ${port}`);
  }
  if (port !== undefined && spec.network === 'none') {
    problems.push('a job without network cannot expose a port');
  }
  return problems;
}

/** @throws ComputeError `invalid-spec` with every problem. */
export function checkJobSpec(spec: JobSpec): void {
  const problems = jobSpecProblems(spec);
  if (problems.length > 0) throw new ComputeError('invalid-spec', `${problems.join('; ')}.`);
}
