/** What a workflow engine gets and gives: pure orchestration, no HTTP, no SQL. */
export type {
  Engine,
  EngineContext,
  EngineEvent,
  EngineJob,
  EngineResult,
  Journal,
  JournaledJob,
  WorkflowDocument,
} from './engine.ts';
