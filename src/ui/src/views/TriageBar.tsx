/* What can be done with all that are chosen. */
import { useMemo, useState } from 'react';
import type { Mention } from '../lib/posts';
import { Button, IconButton } from '../parts/basic';
import { Menu, MenuItem } from '../parts/overlay';
import { forAll, setBoard, useBoard } from '../store/board';
import { useClient, useStore } from '../store/context';
import { dismiss, take } from './Triage';

const none = () => setBoard({ chosen: new Set() });

export function TriageBar({ rows }: { rows: readonly Mention[] }) {
  const client = useClient();
  const { chosen } = useBoard();
  const lead = useStore((s) => s.role !== 'agent');
  const agents = useStore((s) => s.agents);
  const convs = useStore((s) => s.convs);
  const [tag, setTag] = useState('');
  const ids = [...chosen];
  const there = useMemo(() => [...agents.values()].filter((a) => !a.disabled && a.presence !== 'out').sort((a, b) => a.name.localeCompare(b.name)), [agents]);
  const known = useMemo(() => {
    const n = new Map<string, number>();
    for (const c of convs.values()) for (const t of c.tags) n.set(t, (n.get(t) ?? 0) + 1);
    return [...n].sort((a, b) => b[1] - a[1]).slice(0, 8).map(([t]) => t);
  }, [convs]);
  const all = rows.filter((r) => !r.of).map((r) => r.id);
  const addTag = (t: string) => {
    setTag('');
    void forAll(client, ids, 'conv.tag', () => ({ add: [t] }), (n) => `Tagged ${n} with ${t}.`);
  };
  return (
    <div className="list-tools triage-bar" role="toolbar" aria-label="Chosen posts">
      <label className="post-check">
        <input type="checkbox" checked={chosen.size >= all.length} ref={(el) => { if (el) el.indeterminate = chosen.size > 0 && chosen.size < all.length; }}
          onChange={() => (chosen.size >= all.length ? none() : setBoard({ chosen: new Set(all) }))} />
        <span className="vh">Choose all</span>
      </label>
      <span className="num grow cut">{chosen.size}<span className="vh"> chosen</span></span>
      <Button small tone="primary" icon="check" onClick={() => void dismiss(client, ids).then(none)}>Dismiss</Button>
      {lead ? (
        <Menu label="Assign to" trigger={<Button small icon="user">Assign</Button>}>
          {there.map((a) => <MenuItem key={a.id} dot={a.presence} onSelect={() => void forAll(client, ids, 'work.assign', () => ({ agent: a.id }), (n) => `${a.name} has ${n} more now.`).then(none)}>{a.name}</MenuItem>)}
        </Menu>
      ) : <Button small icon="hand" onClick={() => void take(client, ids).then(none)}>Take</Button>}
      <Menu label="Tag" trigger={<Button small icon="tag">Tag</Button>}>
        <form className="tag-form" onSubmit={(e) => { e.preventDefault(); if (tag.trim()) addTag(tag.trim().toLowerCase().replace(/\s+/g, '-').slice(0, 40)); }}>
          <input value={tag} aria-label="New tag" placeholder="New tag" maxLength={40} onChange={(e) => setTag(e.target.value)} onKeyDown={(e) => e.stopPropagation()} />
        </form>
        {known.map((t) => <MenuItem key={t} icon="tag" onSelect={() => addTag(t)}>{t}</MenuItem>)}
      </Menu>
      <IconButton icon="x" label="Choose none" onClick={none} />
    </div>
  );
}
