import type { QueryKey } from '@tanstack/react-query';
import type { LiveEvent } from './live-event.ts';

/** Which of the loaded answers an event makes stale; keys are prefixes. */
export function staleKeys({ topic, data }: LiveEvent): readonly QueryKey[] {
  switch (topic) {
    case 'lake.rule':
      return [
        ['lake', 'rules'],
        ['lake', 'replicas'],
        ['lake', 'usage'],
      ];
    case 'lake.did':
      return [
        ['lake', 'dids'],
        ['lake', 'did'],
        ['lake', 'scopes'],
        ['lake', 'usage'],
      ];
    case 'run.status':
      return [
        ['runs', 'list'],
        ['runs', 'one', data.runId],
      ];
    case 'run.job':
      return [
        ['runs', 'list'],
        ['runs', 'one', data.runId],
      ];
    case 'run.log':
      return [['runs', 'one', data.runId, 'logs']];
    case 'server.changed':
      return [['notebooks', 'servers']];
  }
}
