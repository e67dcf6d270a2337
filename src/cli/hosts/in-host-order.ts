import type { Reporter, RunEvent } from '../../engine/events.ts';

/** Makes reports independent of timing: events of hosts wait for the end of their play, and come in inventory order. */
export function inHostOrder(reporter: Reporter): Reporter {
  let order: readonly string[] = [];
  const held = new Map<string, RunEvent[]>();
  const release = async (): Promise<void> => {
    for (const host of order) for (const event of held.get(host) ?? []) await reporter.onEvent(event);
    held.clear();
  };
  return {
    hearsSecrets: reporter.hearsSecrets,
    onEvent: async (event) => {
      if ('host' in event) {
        held.set(event.host, [...(held.get(event.host) ?? []), event]);
        return;
      }
      if (event.type === 'play.start') order = event.hosts;
      if (event.type === 'play.end' || event.type === 'run.end') await release();
      await reporter.onEvent(event);
    },
  };
}
