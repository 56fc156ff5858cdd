/** What a newcomer types to put a first dataset into the lake. */
export const firstUploadCommands = (username: string): string => `eval "$(vre client env)"
rucio did add --type dataset user.${username}:my-dataset
rucio upload --rse SITE-A --scope user.${username} user.${username}:my-dataset ./my-files/*
rucio rule add user.${username}:my-dataset --copies 2 --rses '*'`;
