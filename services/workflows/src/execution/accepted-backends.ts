/** Names of back-ends that a step may ask for; `kubernetes` is what most specifications say and means the default. */
export const acceptedBackends: readonly string[] = ['kubernetes', 'bubblewrap', 'process'];
