/** Address of JupyterLab in a server; `path` is the server's `url`, which begins and ends with a slash. */
export const labAddress = (notebooks: string, path: string): string => `${notebooks}${path}lab`;

/**
 * Where a person signs in to the hub once, so that servers may use the data lake for them. The hub sends the browser
 * back to the portal, which goes on starting the profile.
 */
export const hubSignInAddress = (notebooks: string, profile: string): string =>
  `${notebooks}/hub/login?next=${encodeURIComponent(`/hub/home?start=${encodeURIComponent(profile)}`)}`;
