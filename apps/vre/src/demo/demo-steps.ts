import type { DemoState } from './demo-state.ts';
import type { Step } from './step.ts';
import { replicate, uploadData, verifyCopies } from './steps-data.ts';
import { openNotebook } from './steps-notebook.ts';
import { buildTheEnvironments, createResearcher, logInWithRucio, startTheVre } from './steps-platform.ts';
import { checkResult, connectWorkflows, findProvenance, runWorkflow } from './steps-workflow.ts';

/** The main job, in order. */
export const demoSteps: readonly Step<DemoState>[] = [
  startTheVre,
  buildTheEnvironments,
  createResearcher,
  logInWithRucio,
  uploadData,
  replicate,
  verifyCopies,
  connectWorkflows,
  runWorkflow,
  checkResult,
  findProvenance,
  openNotebook,
];
