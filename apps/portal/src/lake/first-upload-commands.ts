/** What a newcomer types to put a first dataset into the lake, `element` being where the first copy goes. */
export const firstUploadCommands = (
  username: string,
  element = 'LOCAL-A',
): string => `eval "$(vre client env)"
rucio upload --rse ${element} --scope user.${username} user.${username}:my-dataset ./my-files/*
rucio rule add user.${username}:my-dataset --copies 2 --rses '*'`;
