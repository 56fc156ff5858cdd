/** The `vre` command and the composition root; other packages start it as a program. */
export { main } from './main.ts';
