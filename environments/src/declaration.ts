import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import { z } from 'zod';
import { EnvironmentError } from './environment-error.ts';
import { type ExampleData, exampleDataDeclaration, type Profile, profileDeclaration } from './profile.ts';

/** `environment.yaml`. */
export const environmentDeclaration = z.strictObject({
  title: z.string().min(1).describe('Shown to people who choose an environment'),
  description: z.string().min(1),
  owner: z.string().min(1).describe('Who answers for it'),
  python: z
    .string()
    .regex(/^3\.\d+$/)
    .describe('Oldest Python it works with; newer ones are used when this one is not installed'),
  'smoke-test': z.array(z.string()).min(1).describe('A command that fails when the environment is broken'),
  images: z.array(z.string().min(1)).describe('Container images it stands for, * for anything'),
  dependencies: z.boolean().default(true).describe('Whether the lock holds what its packages require'),
  profile: profileDeclaration.optional().describe('Present when it is a card of the notebook service'),
  data: z.array(exampleDataDeclaration).default([]).describe('Real data that its example reads'),
});

/** A declared environment with its lock. */
export type Environment = {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly owner: string;
  readonly python: string;
  readonly smokeTest: readonly string[];
  readonly images: readonly string[];
  /** Present when it is a card of the notebook service. */
  readonly profile?: Profile | undefined;
  readonly data?: readonly ExampleData[];
  /** Whether the lock holds what the packages require; default: it does. */
  readonly dependencies?: boolean;
  /** Text of `requirements.lock`. */
  readonly lock: string;
};

const exactLine = /^[A-Za-z0-9._-]+==[^\s;@]+(\s*;.*)?$/;

/** @throws EnvironmentError `invalid-declaration`: a lock pins exact versions and names no place to get them. */
export function checkLock(name: string, lock: string): void {
  for (const line of lock.split('\n')) {
    if (line.trim() === '' || line.startsWith('#')) continue;
    if (!exactLine.test(line)) {
      throw new EnvironmentError(
        'invalid-declaration',
        `The lock of environment ${name} must hold exact versions only, not "${line}".`,
      );
    }
  }
}

/** The folder with the declarations that come with the product, right from `src` and from `dist`. */
const shipped = fileURLToPath(new URL('../', import.meta.url));

/** The folder of an environment that comes with the product. */
export const environmentFolder = (name: string): string => join(shipped, name);

/** Reads one environment of a folder. */
export async function loadEnvironment(name: string, folder: string = shipped): Promise<Environment> {
  const read = (file: string) => readFile(join(folder, name, file), 'utf8');
  let declaration: z.infer<typeof environmentDeclaration>;
  let lock: string;
  try {
    declaration = environmentDeclaration.parse(parse(await read('environment.yaml')));
    lock = await read('requirements.lock');
  } catch (error) {
    const problem = error instanceof z.ZodError ? z.prettifyError(error) : (error as Error).message;
    throw new EnvironmentError('invalid-declaration', `Environment ${name} cannot be read: ${problem}.`, {
      cause: error,
    });
  }
  checkLock(name, lock);
  const { 'smoke-test': smokeTest, ...rest } = declaration;
  return { name, ...rest, smokeTest, lock };
}

/** Reads all environments of a folder, by name. */
export async function loadEnvironments(folder: string = shipped): Promise<readonly Environment[]> {
  const names: string[] = [];
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    if (!entry.isDirectory()) continue;
    const files = await readdir(join(folder, entry.name));
    if (files.includes('environment.yaml')) names.push(entry.name);
  }
  return Promise.all(names.sort().map((name) => loadEnvironment(name, folder)));
}
