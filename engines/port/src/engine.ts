/** The run as the engine sees it: the specification (`workflow.specification`), parameters and options in force. */
export type WorkflowDocument = {
  readonly specification: unknown;
  readonly parameters: Readonly<Record<string, unknown>>;
  readonly options: Readonly<Record<string, unknown>>;
};

/** One job the engine wants done. `key` is stable between attempts: a finished job with this key is not repeated. */
export type EngineJob = {
  readonly key: string;
  /** Step name as the user wrote it, '' when unnamed. */
  readonly stepName: string;
  readonly image: string;
  /** Shell line, run by `bash -c` in the workspace. */
  readonly command: string;
  /** Step options as written (`kubernetes_memory_limit`, `rucio`, …), interpreted by the submitter. */
  readonly options: Readonly<Record<string, unknown>>;
};

/** What happened to a job in this or an earlier life of the run. */
export type JournaledJob = { readonly key: string; readonly succeeded: boolean; readonly sentence: string };

/** Decisions that survive a crash. */
export interface Journal {
  /** The job's end when it already ended in an earlier life of the run. */
  find(key: string): JournaledJob | undefined;
}

export type EngineEvent =
  | { readonly type: 'planned'; readonly totalJobs: number }
  /** A line for the engine log, in REANA's format apart from time, which the sink adds. */
  | { readonly type: 'log'; readonly level: 'INFO' | 'WARNING' | 'ERROR'; readonly message: string }
  | { readonly type: 'progress'; readonly command: string; readonly stepName: string };

export interface EngineContext {
  readonly journal: Journal;
  /**
   * Runs a job to its end and journals it. An adopted or still running job of the same key is awaited, not
   * started again. Rejects only when the signal aborts.
   */
  runJob(job: EngineJob): Promise<JournaledJob>;
  emit(event: EngineEvent): void;
  readonly signal: AbortSignal;
}

/** `failed` carries one sentence for the user: what failed, why, what to do. */
export type EngineResult =
  | { readonly status: 'finished' }
  | { readonly status: 'failed'; readonly sentence: string };

/** A workflow language. */
export interface Engine {
  readonly type: 'serial' | 'cwl' | 'snakemake' | 'yadage';
  /** Problems that make the document impossible to run, found before anything starts; empty when fine. */
  validate(document: WorkflowDocument): readonly string[];
  run(document: WorkflowDocument, context: EngineContext): Promise<EngineResult>;
}
