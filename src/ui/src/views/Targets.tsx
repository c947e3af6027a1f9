/* One of several queues and agents, found by typing: to hand over to, to ask. */
import { useState } from 'react';
import { rank } from '../lib/fuzzy';
import { presenceWord } from '../lib/names';
import type { Agent, Policy, Presence } from '../model/types';
import { Avatar } from '../parts/basic';
import { Icon, type IconName } from '../parts/Icon';
import { capacityOf } from '../store/select';

export interface Target { key: string; queue?: string; agent?: string; name: string; detail: string; icon?: IconName; presence?: Presence }

const MOST = 200; // rows; whoever is not among them is found by typing

const ORDER: readonly Presence[] = ['available', 'draining', 'paused', 'not-responding', 'out'];

/* Whoever is there first. */
export function agentTargets(agents: ReadonlyMap<string, Agent>, policy: Policy | null, fits: (a: Agent) => boolean): Target[] {
  return [...agents.values()]
    .filter((a) => !a.disabled && fits(a))
    .sort((a, b) => ORDER.indexOf(a.presence) - ORDER.indexOf(b.presence) || a.name.localeCompare(b.name))
    .map((a) => ({ key: `a:${a.id}`, agent: a.id, name: a.name || a.id, presence: a.presence, detail: `${presenceWord[a.presence]} · ${a.used}/${capacityOf(a, policy)}` }));
}

interface Props { targets: readonly Target[]; chosen: string; onChoose(key: string): void; onGo(): void; find: string; label: string }

export function Targets({ targets, chosen, onChoose, onGo, find, label }: Props) {
  const [query, setQuery] = useState('');
  const list = rank(query, targets, (t) => t.name).slice(0, MOST);
  return (
    <>
      <label className="search wide"><Icon name="search" /><span className="vh">{find}</span>
        <input value={query} onChange={(e) => setQuery(e.target.value)} placeholder={find} autoFocus
          onKeyDown={(e) => {
            const move = e.key === 'ArrowDown' ? 1 : e.key === 'ArrowUp' ? -1 : 0;
            const at = list.findIndex((t) => t.key === chosen);
            if (move && list.length) {
              e.preventDefault();
              onChoose(list[(at + move + list.length) % list.length]!.key);
            } else if (e.key === 'Enter') {
              e.preventDefault();
              if (at >= 0) onGo();
              else if (list[0]) onChoose(list[0].key);
            }
          }} />
      </label>
      <div className="targets" role="radiogroup" aria-label={label}>
        {list.map((t) => (
          <label key={t.key} className="target">
            <input type="radio" name="target" checked={t.key === chosen} onChange={() => onChoose(t.key)} />
            {t.agent ? <Avatar name={t.name} size={24} presence={t.presence} /> : <span className="target-queue"><Icon name={t.icon ?? 'queue'} /></span>}
            <span className="grow cut">{t.name}</span>
            <span className="muted num">{t.detail}</span>
          </label>
        ))}
        {!list.length && <p className="muted targets-none">Nobody and nothing of that name.</p>}
      </div>
    </>
  );
}
