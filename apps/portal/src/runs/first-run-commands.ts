/** What a newcomer types to start a first run. */
export const firstRunCommands = `eval "$(vre client env)"
reana-client run -f reana.yaml -w my-analysis
reana-client status -w my-analysis`;
