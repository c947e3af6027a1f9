/* Ctrl K: everything that can be done here, and every conversation by name. */
import { useEffect, useMemo, useRef, useState } from 'react';
import { actions, context, reasonActions } from '../actions/actions';
import { contactName } from '../lib/names';
import { rank } from '../lib/fuzzy';
import { Keys } from '../parts/basic';
import { Icon, type IconName } from '../parts/Icon';
import { Dialog } from '../parts/overlay';
import { useClient, useStore } from '../store/context';
import { go, useRoute } from '../store/route';
import { isMine, isOpen } from '../store/select';
import { closeDialog } from '../store/ui';

interface Entry { key: string; title: string; group: string; icon: IconName; keys?: string; run(): void }

export function Palette() {
  const client = useClient();
  const current = useRoute();
  const state = useStore((s) => s);
  const [query, setQuery] = useState('');
  const [index, setIndex] = useState(0);
  const list = useRef<HTMLUListElement>(null);

  const commands = useMemo<Entry[]>(() => {
    const ctx = context(client, current);
    return [...actions.filter((a) => a.id !== 'palette' && !a.id.endsWith('.anywhere')), ...reasonActions(ctx.state)]
      .filter((a) => a.when(ctx))
      .map((a) => ({ key: a.id, title: a.title, group: a.group, icon: a.icon, keys: a.keys, run: () => a.run(context(client, current)) }));
  }, [client, current]);
  const found = useMemo<Entry[]>(() => {
    const hits: Entry[] = rank(query, commands, (e) => `${e.title} ${e.group}`).slice(0, 40);
    if (query.trim().length < 2) return hits;
    const convs: Entry[] = [];
    for (const w of state.works.values()) {
      if (!isOpen(w)) continue;
      const c = state.convs.get(w.id);
      convs.push({
        key: `c${w.id}`, title: `${contactName(c, w)} #${w.id}${c?.subject ? ` · ${c.subject}` : ''}`, icon: c?.kind ?? w.channel_kind,
        group: isMine(w, state.me) ? 'Mine' : 'Open', run: () => go(`#/c/${w.id}`),
      });
    }
    return [...hits, ...rank(query, convs, (e) => e.title).slice(0, 12)];
  }, [query, commands, state.works, state.convs, state.me]);
  const at = Math.min(index, Math.max(0, found.length - 1));
  useEffect(() => list.current?.querySelector('[aria-selected="true"]')?.scrollIntoView({ block: 'nearest' }), [at]);

  const run = (e: Entry | undefined) => {
    if (!e) return;
    closeDialog();
    // After the dialog has given the focus back.
    setTimeout(e.run, 0);
  };

  return (
    <Dialog title="Command palette" bare wide onClose={closeDialog}>
      <div className="palette-input">
        <Icon name="search" />
        <input role="combobox" aria-expanded="true" aria-controls="palette-list" aria-activedescendant={found[at] ? `p-${at}` : undefined} aria-label="Find a command or a conversation"
          autoFocus value={query} placeholder="Find a command or a conversation" spellCheck={false}
          onChange={(e) => { setQuery(e.target.value); setIndex(0); }}
          onKeyDown={(e) => {
            const move = e.key === 'ArrowDown' ? 1 : e.key === 'ArrowUp' ? -1 : 0;
            if (move && found.length) { e.preventDefault(); setIndex((at + move + found.length) % found.length); }
            if (e.key === 'Enter' && !e.nativeEvent.isComposing) { e.preventDefault(); run(found[at]); }
            if (e.key.toLowerCase() === 'k' && (e.ctrlKey || e.metaKey)) { e.preventDefault(); closeDialog(); }
          }} />
        <kbd>Esc</kbd>
      </div>
      <ul id="palette-list" className="palette-list" role="listbox" aria-label="Commands" ref={list}>
        {found.map((e, i) => (
          <li key={e.key} id={`p-${i}`} role="option" aria-selected={i === at} onMouseMove={() => i !== at && setIndex(i)} onClick={() => run(e)}>
            <Icon name={e.icon} /><span className="grow cut">{e.title}</span><span className="muted palette-group">{e.group}</span>{e.keys && <Keys keys={e.keys} />}
          </li>
        ))}
      </ul>
      {!found.length && <p className="muted palette-none">Nothing of that name.</p>}
    </Dialog>
  );
}
