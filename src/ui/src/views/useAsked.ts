/* Says when a colleague begins to ask me; what was asked before the page came up stands in the list. */
import { useEffect, useRef } from 'react';
import { agentName } from '../lib/names';
import { useStore } from '../store/context';
import { go, toConv } from '../store/route';
import { isAsked } from '../store/select';
import { toast } from '../store/ui';

export function useAsked(): void {
  const works = useStore((s) => s.works);
  const agents = useStore((s) => s.agents);
  const me = useStore((s) => s.me);
  const ready = useStore((s) => s.ready);
  const known = useRef<Set<number> | null>(null);
  useEffect(() => {
    if (!ready) return;
    const now = [...works.values()].filter((w) => isAsked(w, me));
    const before = known.current;
    known.current = new Set(now.map((w) => w.id));
    if (!before) return;
    for (const w of now) {
      if (before.has(w.id)) continue;
      toast(`${agentName(agents, w.agent)} asks for your advice in #${w.id}.`, 'info', { label: 'Open', run: () => go(toConv(w.id, { name: 'asked' })) });
    }
  }, [works, agents, me, ready]);
}
