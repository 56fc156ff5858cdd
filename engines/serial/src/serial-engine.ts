import type { Engine, EngineContext, EngineResult, WorkflowDocument } from '@vre/engine-port';
import { type SerialStep, serialPlan } from './serial-plan.ts';

async function runCommand(
  step: SerialStep,
  position: number,
  command: string,
  totalSteps: number,
  context: EngineContext,
): Promise<EngineResult | undefined> {
  const key = `${step.index}.${position}`;
  let job = context.journal.find(key);
  if (job === undefined) {
    // Clients and the demonstrators' tests look for this very line in the engine's log.
    const message = `Publishing step:${step.index}, cmd: ${command}, total steps ${totalSteps} to MQ`;
    context.emit({ type: 'log', level: 'INFO', message });
    context.emit({ type: 'progress', command, stepName: step.name });
    const { name: stepName, image, options } = step;
    job = await context.runJob({ key, stepName, image, command, options });
  }
  if (job.succeeded) return undefined;
  const called = step.name === '' ? `Step ${step.index + 1}` : `Step ${step.name}`;
  const sentence = `${called} failed (${job.sentence}) in command "${command}"; its log says why.`;
  context.emit({ type: 'log', level: 'ERROR', message: sentence });
  return { status: 'failed', sentence };
}

async function run(document: WorkflowDocument, context: EngineContext): Promise<EngineResult> {
  const { plan, problems } = serialPlan(document);
  if (plan === undefined) {
    for (const message of problems) context.emit({ type: 'log', level: 'ERROR', message });
    return { status: 'failed', sentence: `${problems.join('; ')}.` };
  }
  const totalJobs = plan.steps.reduce((sum, { commands }) => sum + commands.length, 0);
  context.emit({ type: 'planned', totalJobs });
  for (const step of plan.steps) {
    for (const [position, command] of step.commands.entries()) {
      context.signal.throwIfAborted();
      const failure = await runCommand(step, position, command, plan.totalSteps, context);
      if (failure !== undefined) return failure;
    }
  }
  return { status: 'finished' };
}

/**
 * REANA's serial engine: the commands of all steps one after the other, one job each, the next only after
 * success. A command that succeeded in an earlier life of the run is passed over.
 */
export const serialEngine: Engine = {
  type: 'serial',
  validate: (document) => serialPlan(document).problems,
  run,
};
