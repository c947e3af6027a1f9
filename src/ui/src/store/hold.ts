/* The switch that holds every outbound post. */
import type { Client } from './client';
import { askConfirm, toast } from './ui';

export async function hold(client: Client, scope: string, release: boolean): Promise<void> {
  const r = await client.command('outbound.hold', { scope, ...(release ? { release } : {}) });
  if (!r.ok) toast(r.text || 'This did not work.', 'bad');
}

export function askHold(client: Client): void {
  askConfirm({
    title: 'Hold every outbound post?',
    text: 'Replies and likes of the whole team wait until a supervisor releases them. Nothing is lost, and everybody sees that it is so.',
    action: 'Hold all posts', danger: true, run: () => void hold(client, 'social', false),
  });
}
