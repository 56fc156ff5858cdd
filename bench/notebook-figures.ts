/**
 * Figures of notebooks, in one run; `npm run bench:notebooks -- proxy start cold idle` chooses among them.
 */
import { type Figure, printFigures } from './measurement.ts';
import { coldFigures } from './notebooks/cold-figures.ts';
import { idleFigures } from './notebooks/idle-figures.ts';
import { proxyFigures } from './notebooks/proxy-figures.ts';
import { startFigures } from './notebooks/start-figures.ts';

const parts: Readonly<Record<string, () => Promise<readonly Figure[]>>> = {
  proxy: proxyFigures,
  start: startFigures,
  cold: coldFigures,
  idle: idleFigures,
};
const wanted = process.argv.slice(2);
const figures: Figure[] = [];
for (const [name, measure] of Object.entries(parts))
  if (wanted.length === 0 || wanted.includes(name)) figures.push(...(await measure()));
printFigures(figures);
