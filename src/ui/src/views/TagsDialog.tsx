import { useMemo, useState } from 'react';
import { context, perform } from '../actions/actions';
import { Button } from '../parts/basic';
import { Icon } from '../parts/Icon';
import { Dialog } from '../parts/overlay';
import { useClient, useStore } from '../store/context';
import { useRoute } from '../store/route';
import { closeDialog } from '../store/ui';

const clean = (t: string) => t.trim().toLowerCase().replace(/\s+/g, '-').slice(0, 40);

export function TagsDialog({ conv: id }: { conv: number }) {
  const client = useClient();
  const current = useRoute();
  const conv = useStore((s) => s.convs.get(id) ?? s.fetched.get(id));
  const convs = useStore((s) => s.convs);
  const [before] = useState(() => conv?.tags ?? []);
  const [tags, setTags] = useState<string[]>(before);
  const [text, setText] = useState('');
  const known = useMemo(() => {
    const n = new Map<string, number>();
    for (const c of convs.values()) for (const t of c.tags) n.set(t, (n.get(t) ?? 0) + 1);
    return [...n].sort((a, b) => b[1] - a[1]).map(([t]) => t);
  }, [convs]);
  const offered = known.filter((t) => !tags.includes(t) && t.includes(text.trim().toLowerCase())).slice(0, 8);
  const add = (t: string) => {
    const tag = clean(t);
    if (tag && !tags.includes(tag)) setTags([...tags, tag]);
    setText('');
  };
  const save = () => {
    const all = clean(text) && !tags.includes(clean(text)) ? [...tags, clean(text)] : tags;
    const add2 = all.filter((t) => !before.includes(t));
    const remove = before.filter((t) => !all.includes(t));
    closeDialog();
    if (add2.length || remove.length) void perform(context(client, current), 'conv.tag', { conv: id, ...(add2.length ? { add: add2 } : {}), ...(remove.length ? { remove } : {}) });
  };
  return (
    <Dialog title={`Tags of #${id}`} onClose={closeDialog} footer={<><Button onClick={closeDialog}>Cancel</Button><Button tone="primary" onClick={save}>Save</Button></>}>
      <ul className="tags-edit" aria-label="Tags">
        {tags.map((t) => <li key={t}><button type="button" className="chip accent" aria-label={`Remove ${t}`} onClick={() => setTags(tags.filter((x) => x !== t))}>{t}<Icon name="x" size={12} /></button></li>)}
        {!tags.length && <li className="muted">No tags yet</li>}
      </ul>
      <label className="field"><span>Add a tag</span>
        <input value={text} autoFocus maxLength={40} onChange={(e) => setText(e.target.value)} onKeyDown={(e) => {
          if (e.key !== 'Enter' && e.key !== ',') return;
          e.preventDefault();
          if (e.key === 'Enter' && (e.ctrlKey || e.metaKey || !text.trim())) save();
          else add(text);
        }} />
      </label>
      {offered.length > 0 && <p className="tags">{offered.map((t) => <button key={t} type="button" className="chip" onClick={() => add(t)}><Icon name="plus" size={12} />{t}</button>)}</p>}
    </Dialog>
  );
}
