import { describe, expect, it } from 'vitest';
import { formatMoment } from '../units/moment.ts';
import { staleKeys } from './invalidation.ts';
import type { LiveEvent, Topic } from './live-event.ts';
import { newsOf } from './news.ts';

const event = (topic: Topic, data: Record<string, unknown>): LiveEvent => ({ id: '1', topic, data });
const now = new Date('2026-11-22T10:00:00Z');

describe('news', () => {
  it('tells that a run ended, and leads to it', () => {
    const news = newsOf(event('run.status', { runId: 'r1', name: 'fit.3', status: 'failed' }), now);
    expect(news).toMatchObject({ tone: 'bad', title: 'Run failed', detail: 'fit.3', to: '/runs/r1' });
  });
  it('leads to names with spaces and slashes', () => {
    const news = newsOf(event('lake.rule', { scope: 'user.eva', name: 'a b/c?', state: 'STUCK' }), now);
    expect(news?.to).toBe('/lake/dids/user.eva/a%20b/c%3F?tab=rules');
  });
  it('passes on what a notebook server has to say', () => {
    const data = { name: '', state: 'failed', percent: 100, message: 'Out of memory: start it again.' };
    expect(newsOf(event('server.changed', data), now)).toMatchObject({
      tone: 'bad',
      title: 'Notebook server failed',
      detail: 'Out of memory: start it again.',
      to: '/notebooks',
    });
  });
  it('tells the moments of a message in the zone of the viewer', () => {
    const message = 'The server is kept until 2026-11-23T13:04:48.129Z.';
    expect(newsOf(event('server.changed', { name: '', state: 'ready', message }), now)?.detail).toBe(
      `The server is kept until ${formatMoment(new Date('2026-11-23T13:04:48.129Z'))}.`,
    );
  });
  it.each([
    ['server.changed', { name: '', state: 'starting', percent: 40, message: 'Opening the port' }],
    ['run.status', { runId: 'r1', status: 'running' }],
    ['lake.rule', { scope: 's', name: 'n', state: 'REPLICATING' }],
    ['run.log', { runId: 'r1' }],
  ] as const)('keeps %s %o to itself', (topic, data) =>
    expect(newsOf(event(topic, data), now)).toBeUndefined(),
  );
});

it('a new log line makes only that log stale', () =>
  expect(staleKeys(event('run.log', { runId: 'r1' }))).toEqual([['runs', 'one', 'r1', 'logs']]));

it("a server's change makes every list of servers stale", () =>
  expect(staleKeys(event('server.changed', { name: '' }))).toEqual([['notebooks', 'servers']]));
