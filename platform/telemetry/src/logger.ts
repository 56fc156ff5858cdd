import { pino } from 'pino';

export type LogLevel = 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal' | 'silent';

/** What services log with. Fields first, sentence second: `log.info({ ruleId }, 'rule is OK')`. */
export type Logger = pino.Logger;

/** Field names whose values never reach a log, at the top level and one level down. */
const secretFields = [
  'authorization',
  'cookie',
  'password',
  'token',
  'accessToken',
  'access_token',
  'refreshToken',
  'refresh_token',
  'clientSecret',
  'client_secret',
  'code',
  'assertion',
  'x-rucio-auth-token',
  'x-rucio-password',
];

/** JSON lines on stdout (or a given stream), secrets replaced, times in ISO form. */
export function createLogger(options: {
  readonly name: string;
  readonly level?: LogLevel;
  readonly destination?: NodeJS.WritableStream;
}): Logger {
  return pino(
    {
      name: options.name,
      level: options.level ?? 'info',
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      redact: {
        paths: secretFields.flatMap((field) => [`["${field}"]`, `*["${field}"]`]),
        censor: '[redacted]',
      },
    },
    options.destination ?? standardOutput(),
  );
}

/** Most characters kept in memory while nothing can be written; further lines are lost. */
const longestBacklog = 1_000_000;

/** A log that cannot be written, for instance because the disk is full, must not end the process that logs. */
function standardOutput(): ReturnType<typeof pino.destination> {
  const destination = pino.destination({ fd: 1, sync: true, maxLength: longestBacklog });
  destination.on('error', () => undefined);
  return destination;
}
