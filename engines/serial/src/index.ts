/** REANA's serial workflows: steps in order, one job per command. */
export { PythonFloat, parsePythonJson, pythonRepr, pythonStr } from './python-values.ts';
export { serialEngine } from './serial-engine.ts';
export { type SerialPlan, type SerialStep, serialPlan } from './serial-plan.ts';
export { substituteTemplate, TemplateError } from './string-template.ts';
