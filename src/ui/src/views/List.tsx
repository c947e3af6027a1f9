/* The live list. Only what is on the screen is in the page: 10,000 rows cost as much as 30. */
import { useVirtualizer } from '@tanstack/react-virtual';
import { useDeferredValue, useEffect, useMemo, useRef, useState } from 'react';
import { on } from '../actions/bus';
import { channelWord } from '../lib/names';
import { CHANNEL_KINDS, type ChannelKind } from '../model/types';
import { Button, Empty, IconButton, Spinner } from '../parts/basic';
import { Icon } from '../parts/Icon';
import { Menu, MenuItem, MenuLine } from '../parts/overlay';
import { useNow, useStore } from '../store/context';
import { viewPath } from '../store/route';
import { listRows, matches, type Filter, type Row, type View } from '../store/select';
import { setDrawer } from '../store/ui';
import { ListRow, ROW_HEIGHT } from './ListRow';
import { useClosed } from './useClosed';

const NO_ROWS: Row[] = [];

export function List({ view, selected }: { view: View; selected: number }) {
  const [text, setText] = useState('');
  const [kind, setKind] = useState<ChannelKind | ''>('');
  const filter = useDeferredValue(useMemo<Filter>(() => ({ text: text.trim(), kind }), [text, kind]));
  const works = useStore((s) => s.works);
  const convs = useStore((s) => s.convs);
  const policy = useStore((s) => s.policy);
  const me = useStore((s) => s.me);
  const ready = useStore((s) => s.ready);
  const closed = useClosed(view.name === 'closed');
  const open = useMemo(
    () => (view.name === 'closed' ? NO_ROWS : listRows({ works, convs, policy, me }, view, filter)),
    [works, convs, policy, me, view, filter],
  );
  const rows = useMemo(
    () => (view.name === 'closed' ? closed.rows.filter((r) => matches(r, filter)) : open),
    [view, closed.rows, open, filter],
  );
  const search = useRef<HTMLInputElement>(null);
  useEffect(() => on('filter', () => search.current?.focus()), []);

  const title = titleOf(view, policy?.queues.find((q) => view.name === 'queue' && q.id === view.queue)?.name);
  const filtered = filter.text !== '' || filter.kind !== '';
  const clear = () => { setText(''); setKind(''); };

  return (
    <section className="list" aria-label={title}>
      <header className="list-head">
        <IconButton icon="menu" label="Lists and status" className="only-narrow" onClick={() => setDrawer('nav')} />
        <h1 className="cut grow">{title} <span className="muted num">{ready ? rows.length.toLocaleString() : ''}</span></h1>
      </header>
      <div className="list-tools" role="search">
        <label className="search">
          <Icon name="search" />
          <span className="vh">Filter by text</span>
          <input ref={search} value={text} placeholder="Filter" onChange={(e) => setText(e.target.value)} spellCheck={false}
            onKeyDown={(e) => { if (e.key === 'Escape') { setText(''); e.currentTarget.blur(); } }} />
          {text && <button type="button" className="search-clear" aria-label="Clear the filter" onClick={() => setText('')}><Icon name="x" size={12} /></button>}
        </label>
        <Menu label="Channel" trigger={
          <Button small aria-label={`Channel: ${kind ? channelWord[kind] : 'all'}`} className={kind ? 'on' : ''}>
            {kind ? <><Icon name={kind} />{channelWord[kind]}</> : 'Channel'}<Icon name="down" size={12} />
          </Button>
        }>
          <MenuItem checked={kind === ''} onSelect={() => setKind('')}>All channels</MenuItem>
          <MenuLine />
          {CHANNEL_KINDS.map((k) => <MenuItem key={k} icon={k} checked={kind === k} onSelect={() => setKind(k)}>{channelWord[k]}</MenuItem>)}
        </Menu>
      </div>
      {!ready || (view.name === 'closed' && closed.loading && !rows.length)
        ? <Skeleton />
        : rows.length === 0
          ? closed.error && view.name === 'closed'
            ? <Empty icon="alert" title="The list cannot be read" text={closed.error}><Button onClick={closed.more}>Try again</Button></Empty>
            : filtered
              ? <Empty icon="search" title="Nothing matches" text="No conversation here fits the filter."><Button onClick={clear}>Clear the filter</Button></Empty>
              : <NoRows view={view} />
          : <Rows key={viewPath(view)} rows={rows} view={view} selected={selected} title={title} onEnd={view.name === 'closed' ? closed.more : undefined} loading={closed.loading} />}
    </section>
  );
}

function titleOf(view: View, queue?: string): string {
  switch (view.name) {
    case 'mine': return 'Mine';
    case 'asked': return 'Asked for advice';
    case 'queues': return 'Waiting';
    case 'all': return 'All open';
    case 'closed': return 'Closed';
    case 'queue': return queue ?? view.queue;
    case 'social': return 'Social';
    case 'agents': return 'Agents';
    case 'channels': return 'Channels';
  }
}

function NoRows({ view }: { view: View }) {
  if (view.name === 'mine') return <Empty icon="inbox" title="Nothing on your desk" text="New work comes to you by itself while you are available. You can also take what waits." />;
  if (view.name === 'asked') return <Empty icon="ask" title="Nobody asks for your advice" text="A colleague can ask you about a conversation and keep it; it stands here until that ends." />;
  if (view.name === 'queues') return <Empty icon="check" title="Nobody is waiting" text="All customers of your queues are with somebody." />;
  if (view.name === 'closed') return <Empty icon="archive" title="Nothing closed yet" />;
  return <Empty icon="inbox" title="Nothing here" text="No open conversation in this list." />;
}

function Skeleton() {
  return (
    <div className="skeleton" role="status">
      <span className="vh">Loading the list</span>
      {Array.from({ length: 8 }, (_, i) => <div key={i} className="skeleton-row"><span /><span /><span /></div>)}
    </div>
  );
}

function Rows({ rows, view, selected, title, onEnd, loading }: { rows: Row[]; view: View; selected: number; title: string; onEnd?: () => void; loading: boolean }) {
  const scroller = useRef<HTMLDivElement>(null);
  const [cursor, setCursor] = useState(selected);
  const now = useNow(1_000);
  const agents = useStore((s) => s.agents);
  const me = useStore((s) => s.me);
  const policy = useStore((s) => s.policy);
  const names = useMemo(() => new Map((policy?.queues ?? []).map((q) => [q.id, q.name])), [policy]);
  const v = useVirtualizer({
    count: rows.length, getScrollElement: () => scroller.current, estimateSize: () => ROW_HEIGHT, overscan: 8,
    getItemKey: (i) => rows[i]!.id,
  });
  const items = v.getVirtualItems();

  useEffect(() => setCursor(selected), [selected]);
  // The row of the open conversation is in sight, once; afterwards the list is the reader's.
  useEffect(() => {
    const at = rows.findIndex((r) => r.id === selected);
    if (at > 0) v.scrollToIndex(at, { align: 'auto' });
  }, [selected]);

  const move = useRef<(by: 1 | -1) => void>(() => {});
  move.current = (by) => {
    const at = rows.findIndex((r) => r.id === cursor);
    const next = at < 0 ? (by > 0 ? 0 : rows.length - 1) : Math.min(rows.length - 1, Math.max(0, at + by));
    const id = rows[next]?.id;
    if (id === undefined) return;
    setCursor(id);
    v.scrollToIndex(next, { align: 'auto' });
    const focus = (tries: number) => {
      const el = scroller.current?.querySelector<HTMLElement>(`[data-id="${id}"]`);
      if (el) el.focus({ preventScroll: true });
      else if (tries) requestAnimationFrame(() => focus(tries - 1));
    };
    requestAnimationFrame(() => focus(4));
  };
  useEffect(() => on('move', (by) => move.current(by)), []);

  const lastIndex = items[items.length - 1]?.index ?? 0;
  useEffect(() => {
    if (onEnd && lastIndex >= rows.length - 5) onEnd();
  }, [onEnd, lastIndex, rows.length]);

  return (
    <div className="rows" ref={scroller} tabIndex={-1}>
      <div className="rows-all" role="list" aria-label={title} style={{ height: v.getTotalSize() }}>
        {items.map((item) => (
          <div key={item.key} role="listitem" aria-setsize={rows.length} aria-posinset={item.index + 1}
            className="rows-item" style={{ transform: `translateY(${item.start}px)` }}>
            <ListRow row={rows[item.index]!} view={view} me={me}
              queue={view.name === 'queue' ? '' : (names.get(rows[item.index]!.queue) ?? rows[item.index]!.queue)} agents={agents} now={now}
              selected={rows[item.index]!.id === selected} onFocus={setCursor} />
          </div>
        ))}
      </div>
      {loading && onEnd && <div className="rows-more"><Spinner label="Loading more" /></div>}
    </div>
  );
}
