const key = 'vre-notebook-start';

/**
 * Remembers, in this tab alone, which start waits while the hub signs the person in. Without it a link to
 * `/notebooks?start=…` that somebody else made would start servers.
 */
export const rememberHandOver = (profile: string): void => sessionStorage.setItem(key, profile);

/** Whether this tab sent the person to the hub for that start. */
export const isHandedOver = (profile: string): boolean => sessionStorage.getItem(key) === profile;

export const forgetHandOver = (): void => sessionStorage.removeItem(key);
