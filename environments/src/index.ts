/** Software environments: what is declared, how one is built, and which image stands for which. */
export { type BuildOptions, type BuiltEnvironment, buildEnvironment, environmentVariables } from './build.ts';
export { builtEnvironments, type EnvironmentBuilder, environmentBuilder } from './built-environments.ts';
export {
  type Environment,
  environmentDeclaration,
  loadEnvironment,
  loadEnvironments,
} from './declaration.ts';
export { EnvironmentError, type EnvironmentErrorCode } from './environment-error.ts';
export type { EnvironmentSource, PreparedEnvironment } from './environment-source.ts';
export {
  defaultImageTable,
  hostUserland,
  type ImageChoice,
  type ImageRule,
  imageToEnvironment,
  UnmappedImageError,
} from './images.ts';
