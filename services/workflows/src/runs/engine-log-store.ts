import { type Queryable, sql } from '@vre/database';

/** One line of the engine's log. */
export type EngineLogLine = {
  readonly at: Date;
  readonly logger: string;
  readonly level: 'INFO' | 'WARNING' | 'ERROR';
  readonly message: string;
};

export async function appendEngineLog(
  database: Queryable,
  runId: string,
  lines: readonly EngineLogLine[],
): Promise<void> {
  await sql`
    insert into workflows.engine_log (run_id, at, logger, level, message)
    select ${runId}, at, logger, level, message
    from unnest(${lines.map((line) => line.at)}::timestamptz[], ${lines.map((line) => line.logger)}::text[],
                ${lines.map((line) => line.level)}::text[], ${lines.map((line) => line.message)}::text[])
      with ordinality as line (at, logger, level, message, position)
    order by position`.execute(database);
}

/** The log as text in the format of REANA's engines: `time | logger | thread | level | message`. */
export async function readEngineLog(database: Queryable, runId: string): Promise<string> {
  const { rows } = await sql<EngineLogLine>`
    select at, logger, level, message from workflows.engine_log where run_id = ${runId} order by id`.execute(
    database,
  );
  return rows.map(engineLogText).join('');
}

export function engineLogText({ at, logger, level, message }: EngineLogLine): string {
  const time = at.toISOString().replace('T', ' ').replace('Z', '').replace('.', ',');
  return `${time} | ${logger} | MainThread | ${level} | ${message}\n`;
}
