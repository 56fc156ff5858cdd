import { pythonStr, substituteTemplate, TemplateError } from '@vre/engine-serial';
import { unsafePath } from '@vre/protocol-reana';
import { RunFailure } from '../execution/run-failure.ts';
import { fullName, type Run } from '../runs/run.ts';
import type { ScopedName } from './lake-calls.ts';

/** Fills parameters into a text as commands get them. @throws RunFailure for an unknown parameter. */
export function fillIn(text: string, parameters: Readonly<Record<string, unknown>>): string {
  try {
    return substituteTemplate(
      text,
      new Map(Object.entries(parameters).map(([name, value]) => [name, pythonStr(value)])),
    );
  } catch (error) {
    if (!(error instanceof TemplateError)) throw error;
    throw new RunFailure(`Workflow parameter(s) could not be expanded in "${text}": ${error.message}`, {
      cause: error,
    });
  }
}

/** `scope:name` @throws RunFailure */
export function parseDid(text: string): ScopedName {
  const match = /^([^:\s]+):(\S+)$/.exec(text.trim());
  if (!match) throw new RunFailure(`"${text}" is not a data identifier of the form scope:name.`);
  return { scope: match[1] as string, name: match[2] as string };
}

/** A path within the workspace, without leading `./`. @throws RunFailure */
export function safePath(path: string): string {
  const reason = unsafePath(path);
  if (reason !== undefined) throw new RunFailure(`The path "${path}" ${reason}.`);
  return path
    .split('/')
    .filter((segment) => segment !== '' && segment !== '.')
    .join('/');
}

/** Where a staged file goes: below a directory, or for a single file without trailing slash exactly there. */
export function targetPath(target: string, file: ScopedName, single: boolean): string {
  const name = safePath(file.name);
  const plain = safePath(target === '' ? './' : target);
  if (single && plain !== '' && !target.endsWith('/')) return plain;
  return plain === '' ? name : `${plain}/${name}`;
}

/** Name of a result file in the lake: says which run made it, and is never given twice. */
export function outputName(run: Pick<Run, 'id' | 'name' | 'major' | 'minor'>, path: string): string {
  const clean = (text: string) => text.replace(/[^\w.-]+/g, '_');
  return `${clean(fullName(run))}.${run.id.slice(0, 8)}.${clean(path.replaceAll('/', '.'))}`.slice(0, 250);
}
