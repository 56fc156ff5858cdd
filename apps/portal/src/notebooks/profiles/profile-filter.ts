import type { ProfileModel } from '@vre/protocol-jupyterhub';

/** The filter as it stands in the address. */
export type ProfileFilter = { readonly name?: string; readonly category?: string };

/** `gamma-rays` → `Gamma rays` */
export const categoryWords = (category: string): string => {
  const words = category.replaceAll('-', ' ');
  return words.slice(0, 1).toUpperCase() + words.slice(1);
};

/** Categories that have a card, in the order of the cards. */
export const categoriesOf = (profiles: readonly ProfileModel[]): readonly string[] => [
  ...new Set(profiles.map(({ category }) => category)),
];

/** What a search looks into: also what is missing, so that who looks for it finds out what is there instead. */
const textOf = ({ name, title, summary, category, kernels, missing }: ProfileModel): string =>
  [name, title, summary, categoryWords(category), ...kernels, ...missing.map(({ what }) => what)]
    .join(' ')
    .toLowerCase();

/** True when every word occurs. */
export const fitsWords = (profile: ProfileModel, words: string): boolean => {
  const text = textOf(profile);
  return words
    .toLowerCase()
    .split(/\s+/)
    .every((word) => text.includes(word));
};

const rank = ({ name, recommended }: ProfileModel, favourites: readonly string[]): number =>
  favourites.includes(name) ? 0 : recommended ? 1 : 2;

/** Cards that fit, favourites first, then recommended ones, each in the hub's order. */
export const chosenProfiles = (
  profiles: readonly ProfileModel[],
  { name = '', category }: ProfileFilter,
  favourites: readonly string[],
): readonly ProfileModel[] =>
  profiles
    .filter((profile) => category === undefined || profile.category === category)
    .filter((profile) => fitsWords(profile, name.trim()))
    .toSorted((a, b) => rank(a, favourites) - rank(b, favourites));
