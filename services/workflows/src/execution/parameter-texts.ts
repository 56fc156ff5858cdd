import { parsePythonJson } from '@vre/engine-serial';

/** Parses JSON so that numbers keep the form in which they were written, as parameters are substituted by it. */
export const parameterTexts = (text: string): unknown => parsePythonJson(text);
