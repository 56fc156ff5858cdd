import { z } from 'zod';

/** What a card's notebooks can be written in. */
export type KernelKind = 'python' | 'root-cpp';

/** `profile` of an `environment.yaml`: what makes an environment a card of the notebook service. */
export const profileDeclaration = z.strictObject({
  title: z.string().min(1).describe('Heading of the card'),
  summary: z.string().min(1).describe('What one does with it, in a sentence'),
  category: z
    .enum([
      'general',
      'particle-physics',
      'virtual-observatory',
      'gamma-rays',
      'gravitational-waves',
      'compact-stars',
      'neutrinos',
      'radio',
    ])
    .describe('Cards of a category stand together'),
  kernels: z
    .array(z.enum(['python', 'root-cpp']))
    .min(1)
    .describe('The first is the default'),
  order: z.int().nonnegative().describe('Place among the cards, smallest first'),
  gpu: z.boolean().default(false).describe('Whether it needs a graphics processor'),
  missing: z
    .array(
      z.strictObject({
        what: z.string().min(1).describe('What people who know the original will look for'),
        instead: z.string().min(1).describe('The closest thing that is there'),
        site: z
          .string()
          .min(1)
          .describe('How a site gets it: packages of the system, or lines of a container image'),
      }),
    )
    .default([]),
  example: z
    .string()
    .regex(/^[a-z0-9-]+\.ipynb$/)
    .optional()
    .describe('Notebook in the folder of the environment'),
});

/** What a person sees of an environment when choosing one for a notebook server. */
export type Profile = {
  readonly title: string;
  readonly summary: string;
  readonly category: z.infer<typeof profileDeclaration>['category'];
  readonly kernels: readonly KernelKind[];
  readonly order: number;
  readonly gpu: boolean;
  readonly missing: readonly { readonly what: string; readonly instead: string; readonly site: string }[];
  readonly example?: string | undefined;
};

/** One file of `data` of an `environment.yaml`. */
export const exampleDataDeclaration = z.strictObject({
  package: z
    .string()
    .regex(/^[A-Za-z0-9._-]+==[A-Za-z0-9.!+]+$/)
    .describe('Package of the index that ships the file, with its exact version'),
  from: z.enum(['wheel', 'sdist']).describe('Which of its distributions has the file'),
  path: z
    .string()
    .regex(/^(?!\/)(?!.*\.\.)\S+$/)
    .describe('Path in the distribution, without the folder of a source one'),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  variable: z
    .string()
    .regex(/^[a-z_][a-z0-9_]*$/)
    .describe('Name that the example has for it; the same that the data lake’s panel attaches'),
  title: z.string().min(1).describe('What was measured, by what, when'),
  licence: z.string().min(1),
});

/** Real data that an example reads; fetched when it runs, never part of the product. */
export type ExampleData = Readonly<z.infer<typeof exampleDataDeclaration>>;
