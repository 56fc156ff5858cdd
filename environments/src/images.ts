import type { Environment } from './declaration.ts';

/** The machine's own programs instead of an environment. */
export const hostUserland = 'host';

/** `*` in a pattern stands for anything; a pattern without a tag stands for every tag. */
export type ImageRule = {
  readonly pattern: string;
  /** Name of an environment, or `host`. */
  readonly environment: string;
  /** Program that gets the job's words, as the image's own entry point would. */
  readonly entryPoint?: string | undefined;
};

/** What runs instead of an image where there are no containers. */
export type ImageChoice = { readonly environment: string; readonly entryPoint: string | undefined };

/** An image that nobody mapped: the run fails at once with this message. */
export class UnmappedImageError extends Error {
  readonly image: string;
  constructor(image: string, known: readonly string[]) {
    super(
      `No environment stands for the image "${image}" (there is no container engine here). ` +
        `Known environments: ${known.join(', ')}. ` +
        `Map it in the configuration under workflows.images, e.g. { pattern: "${patternFor(image)}", environment: ${suggested(known)} }.`,
    );
    this.name = 'UnmappedImageError';
    this.image = image;
  }
}

/** What a step most likely needs, for the example in the message. */
const suggested = (known: readonly string[]) =>
  known.find((name) => name === 'python') ?? known.find((name) => name !== hostUserland) ?? hostUserland;

function patternFor(image: string): string {
  const { repository } = normalise(image);
  return `${repository}:*`;
}

/** Images are known by several names: `docker://`, the default registry and `library/` say nothing. */
function normalise(image: string): { readonly repository: string; readonly tag: string | undefined } {
  const bare = image
    .trim()
    .replace(/^docker:\/\//, '')
    .replace(/^(index\.)?docker\.io\//, '')
    .replace(/^library\//, '')
    .replace(/@sha256:[0-9a-f]+$/, '');
  const slash = bare.lastIndexOf('/');
  const colon = bare.indexOf(':', slash + 1);
  return colon < 0
    ? { repository: bare, tag: undefined }
    : { repository: bare.slice(0, colon), tag: bare.slice(colon + 1) };
}

function glob(pattern: string): RegExp {
  const literal = pattern.split('*').map((part) => part.replace(/[\\^$.|?+()[\]{}]/g, '\\$&'));
  return new RegExp(`^${literal.join('.*')}$`);
}

/** Whether a pattern means an image. */
export function imageMatches(pattern: string, image: string): boolean {
  const wanted = normalise(pattern);
  const { repository, tag = 'latest' } = normalise(image);
  return glob(wanted.repository).test(repository) && glob(wanted.tag ?? '*').test(tag);
}

/**
 * The first rule that matches decides.
 * @throws UnmappedImageError naming the image, what is known, and how to map it.
 */
export function imageToEnvironment(image: string, table: readonly ImageRule[]): ImageChoice {
  const rule = table.find(({ pattern }) => imageMatches(pattern, image));
  if (rule !== undefined) return { environment: rule.environment, entryPoint: rule.entryPoint };
  throw new UnmappedImageError(image, [...new Set(table.map(({ environment }) => environment))].sort());
}

/** Images that hold nothing but a userland: the machine's own does as well. */
const userlandRules: readonly ImageRule[] = [
  { pattern: 'python:*-slim', environment: hostUserland },
  { pattern: 'busybox', environment: hostUserland },
  { pattern: 'debian', environment: hostUserland },
  { pattern: 'ubuntu', environment: hostUserland },
  { pattern: 'alpine', environment: hostUserland },
  { pattern: 'bash', environment: hostUserland, entryPoint: 'bash' },
];

/** The site's own rules first, then the userland images, then what the environments declare. */
export function defaultImageTable(
  environments: readonly Pick<Environment, 'name' | 'images'>[],
  own: readonly ImageRule[] = [],
): readonly ImageRule[] {
  const declared = environments.flatMap(({ name, images }) =>
    [...images, `vre/${name}`].map((pattern): ImageRule => ({ pattern, environment: name })),
  );
  return [...own, ...userlandRules, ...declared];
}
