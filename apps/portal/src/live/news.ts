import { formatMoment } from '../units/moment.ts';
import type { LiveEvent } from './live-event.ts';

/** A line of the notification list. */
export type News = {
  readonly id: string;
  readonly tone: 'good' | 'bad' | 'attention' | 'neutral';
  readonly title: string;
  readonly detail: string;
  readonly to: string;
  readonly at: Date;
};

const text = (value: unknown): string => (typeof value === 'string' ? value : '');

/** Services write moments in UTC; people read them in their own zone. */
const inViewersZone = (sentence: string): string =>
  sentence.replaceAll(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z/g, (moment) => formatMoment(new Date(moment)));

const runEnds: Readonly<Record<string, Pick<News, 'tone' | 'title'>>> = {
  finished: { tone: 'good', title: 'Run finished' },
  failed: { tone: 'bad', title: 'Run failed' },
  stopped: { tone: 'neutral', title: 'Run stopped' },
};

const ruleEnds: Readonly<Record<string, Pick<News, 'tone' | 'title'>>> = {
  OK: { tone: 'good', title: 'Rule satisfied' },
  STUCK: { tone: 'attention', title: 'Rule stuck' },
  SUSPENDED: { tone: 'attention', title: 'Rule suspended' },
};

const serverNews: Readonly<Record<string, Pick<News, 'tone' | 'title'>>> = {
  // Also told while it runs: that it was kept, or will be stopped soon. The message says which.
  ready: { tone: 'neutral', title: 'Notebook server' },
  failed: { tone: 'bad', title: 'Notebook server failed' },
  stopped: { tone: 'neutral', title: 'Notebook server stopped' },
};

/** What of an event is worth telling a person; most events are not. */
export function newsOf({ id, topic, data }: LiveEvent, now: Date): News | undefined {
  if (topic === 'run.status') {
    const end = runEnds[text(data.status)];
    if (end === undefined) return undefined;
    return { ...end, id, detail: text(data.name), to: `/runs/${text(data.runId)}`, at: now };
  }
  if (topic === 'lake.rule') {
    const end = ruleEnds[text(data.state)];
    if (end === undefined) return undefined;
    const [scope, name] = [text(data.scope), text(data.name)];
    return {
      ...end,
      id,
      detail: `${scope}:${name}`,
      to: `/lake/dids/${encodeURIComponent(scope)}/${name.split('/').map(encodeURIComponent).join('/')}?tab=rules`,
      at: now,
    };
  }
  if (topic === 'server.changed') {
    const change = serverNews[text(data.state)];
    return (
      change && {
        ...change,
        id,
        detail: inViewersZone(text(data.message)) || 'See the page Notebooks.',
        to: '/notebooks',
        at: now,
      }
    );
  }
  return undefined;
}
