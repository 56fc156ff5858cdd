/** A software environment that is ready to be used by jobs. */
export type PreparedEnvironment = {
  readonly name: string;
  /** First of PATH; undefined for the machine's own programs. */
  readonly binDirectory: string | undefined;
  /** Directories that the job must be able to read. */
  readonly paths: readonly string[];
};

/** Software environments in place of container images. */
export interface EnvironmentSource {
  /** Name of the environment that stands for an image. @throws Error with a sentence that says how to map it. */
  forImage(image: string): string;
  /** Builds the environment if it is not there yet; `report` hears one line at a time. */
  prepare(
    name: string,
    options: { readonly report: (line: string) => void; readonly signal: AbortSignal },
  ): Promise<PreparedEnvironment>;
}
