import { z } from 'zod';

const byteUnits: Record<string, number> = {
  B: 1,
  kB: 1e3,
  MB: 1e6,
  GB: 1e9,
  TB: 1e12,
  PB: 1e15,
  KiB: 2 ** 10,
  MiB: 2 ** 20,
  GiB: 2 ** 30,
  TiB: 2 ** 40,
};
const secondUnits: Record<string, number> = { s: 1, min: 60, h: 3600, d: 86_400 };

function withUnit(units: Record<string, number>, example: string) {
  const form = new RegExp(`^(\\d+(?:\\.\\d+)?) ?(${Object.keys(units).join('|')})$`);
  return z.union([z.number().nonnegative(), z.string()]).transform((value, context) => {
    if (typeof value === 'number') return value;
    const match = form.exec(value.trim());
    if (!match) {
      context.addIssue({ code: 'custom', message: `must be a number or a value like "${example}"` });
      return z.NEVER;
    }
    return Number(match[1]) * (units[match[2] as string] as number);
  });
}

/** Bytes, as a number or with a unit: `2 GB`, `512 MiB`. */
export const bytesSchema = withUnit(byteUnits, '2 GB');

/** Seconds, as a number or with a unit: `15 min`, `12 h`. */
export const durationSchema = withUnit(secondUnits, '15 min');
