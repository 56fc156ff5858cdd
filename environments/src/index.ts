/** Software environments: what is declared, how one is built, and which image stands for which. */

export {
  type BuildOptions,
  type BuiltEnvironment,
  buildEnvironment,
  environmentVariables,
  locateEnvironment,
} from './build.ts';
export { type BuildRecord, readRecord } from './build-record.ts';
export { builtEnvironments, type EnvironmentBuilder, environmentBuilder } from './built-environments.ts';
export {
  type Environment,
  environmentDeclaration,
  loadEnvironment,
  loadEnvironments,
} from './declaration.ts';
export { EnvironmentError, type EnvironmentErrorCode } from './environment-error.ts';
export type { EnvironmentSource, PreparedEnvironment } from './environment-source.ts';
export { runExample } from './example.ts';
export { fetchExampleData } from './example-data.ts';
export {
  defaultImageTable,
  hostUserland,
  type ImageChoice,
  type ImageRule,
  imageToEnvironment,
  UnmappedImageError,
} from './images.ts';
export { type KernelParts, type PreparedKernels, prepareKernels } from './kernels.ts';
export { lockEnvironment } from './lock.ts';
export type { OverlayOwner } from './overlay.ts';
export type { ExampleData, KernelKind, Profile } from './profile.ts';
export { testEnvironment } from './test-environment.ts';
export { removeUnused, type UnusedEnvironment } from './unused.ts';
