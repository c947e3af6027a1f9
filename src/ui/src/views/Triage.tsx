/* The board for posts: a stream to be worked through by hand or by keys, one by one or many at once.
 * Only what is on the screen is in the page. */
import { useVirtualizer } from '@tanstack/react-virtual';
import { useDeferredValue, useEffect, useMemo, useRef, useState } from 'react';
import { emit, on } from '../actions/bus';
import { mentions, spikingChans, type Mention, type Stream } from '../lib/posts';
import { timeOfDay } from '../lib/time';
import { Button, Empty, IconButton } from '../parts/basic';
import { Icon } from '../parts/Icon';
import { Menu, MenuItem } from '../parts/overlay';
import { choose, forAll, getBoard, setBoard, unfold, useBoard } from '../store/board';
import { useClient, useNow, useStore } from '../store/context';
import { askHold } from '../store/hold';
import { go, toConv } from '../store/route';
import { setDrawer } from '../store/ui';
import { like } from './PostTools';
import { MEMBER_HEIGHT, POST_HEIGHT, TriageRow } from './TriageRow';
import { TriageBar } from './TriageBar';

const VIEW = { name: 'social' } as const;
const STREAMS: Record<Stream, string> = { mentions: 'Mentions', listening: 'Listening', all: 'Everything' };

export function Triage({ selected }: { selected: number }) {
  const [text, setText] = useState('');
  const [stream, setStream] = useState<Stream>('mentions');
  const search = useDeferredValue(text);
  const works = useStore((s) => s.works);
  const convs = useStore((s) => s.convs);
  const ready = useStore((s) => s.ready);
  const lead = useStore((s) => s.role !== 'agent');
  const chans = useStore((s) => s.chans);
  const client = useClient();
  const { chosen, open } = useBoard();
  const rows = useMemo(() => mentions(works, convs, { stream, text: search, open }), [works, convs, stream, search, open]);
  const box = useRef<HTMLInputElement>(null);
  useEffect(() => on('filter', () => box.current?.focus()), []);

  // What has left the board is not chosen any more.
  useEffect(() => {
    if (!ready || ![...chosen].some((id) => !works.has(id))) return;
    setBoard({ chosen: new Set([...chosen].filter((id) => works.has(id))) });
  }, [ready, chosen, works]);

  const total = rows.filter((r) => !r.of).length;
  const spikes = spikingChans(chans);
  const held = [...chans.values()].some((c) => c.held);
  return (
    <section className="list triage" aria-label="Social">
      <header className="list-head">
        <IconButton icon="menu" label="Lists and status" className="only-narrow" onClick={() => setDrawer('nav')} />
        <h1 className="cut grow">Social <span className="muted num">{ready ? total.toLocaleString() : ''}</span></h1>
        {lead && !held && <Button small icon="pause" onClick={() => askHold(client)}>Hold all posts</Button>}
      </header>
      {chosen.size > 0 ? <TriageBar rows={rows} /> : (
        <div className="list-tools" role="search">
          <label className="search">
            <Icon name="search" />
            <span className="vh">Filter by text</span>
            <input ref={box} value={text} placeholder="Filter" onChange={(e) => setText(e.target.value)} spellCheck={false}
              onKeyDown={(e) => { if (e.key === 'Escape') { setText(''); e.currentTarget.blur(); } }} />
            {text && <button type="button" className="search-clear" aria-label="Clear the filter" onClick={() => setText('')}><Icon name="x" size={12} /></button>}
          </label>
          <Menu label="Stream" trigger={<Button small aria-label={`Stream: ${STREAMS[stream]}`}>{STREAMS[stream]}<Icon name="down" size={12} /></Button>}>
            {(Object.keys(STREAMS) as Stream[]).map((s) => <MenuItem key={s} checked={s === stream} onSelect={() => setStream(s)}>{STREAMS[s]}</MenuItem>)}
          </Menu>
        </div>
      )}
      {spikes.map((c) => (
        <p key={c.id} className="triage-spike" role="status">
          <Icon name="alert" />
          <span><b className="num">{c.spike_rate} mentions a minute</b> on {c.id} since {timeOfDay(c.spike_since)}. What is alike is gathered.</span>
        </p>
      ))}
      {!ready ? <Loading />
        : rows.length === 0
          ? text ? <Empty icon="search" title="Nothing matches" text="No post here fits the filter."><Button onClick={() => setText('')}>Clear the filter</Button></Empty>
            : <Empty icon="social" title="All done" text={stream === 'listening' ? 'Nothing that was listened for waits.' : 'Mentions and replies appear here as they come in.'} />
          : <Stream rows={rows} selected={selected} />}
    </section>
  );
}

function Loading() {
  return (
    <div className="skeleton" role="status">
      <span className="vh">Loading the posts</span>
      {Array.from({ length: 6 }, (_, i) => <div key={i} className="skeleton-row is-post"><span /><span /><span /></div>)}
    </div>
  );
}

function Stream({ rows, selected }: { rows: readonly Mention[]; selected: number }) {
  const client = useClient();
  const scroller = useRef<HTMLDivElement>(null);
  const { cursor, chosen, open } = useBoard();
  const now = useNow(15_000);
  const me = useStore((s) => s.me);
  const agents = useStore((s) => s.agents);
  const policy = useStore((s) => s.policy);
  const channels = useMemo(() => new Map((policy?.channels ?? []).map((c) => [c.id, c])), [policy]);
  const v = useVirtualizer({
    count: rows.length, getScrollElement: () => scroller.current, overscan: 6,
    estimateSize: (i) => (rows[i]!.of ? MEMBER_HEIGHT : POST_HEIGHT), getItemKey: (i) => `${rows[i]!.of}:${rows[i]!.id}`,
  });
  useEffect(() => v.measure(), [rows, v]);
  useEffect(() => { if (selected) setBoard({ cursor: selected }); }, [selected]);

  const to = (index: number) => {
    const row = rows[Math.min(rows.length - 1, Math.max(0, index))];
    if (!row) return;
    setBoard({ cursor: row.id });
    v.scrollToIndex(rows.indexOf(row), { align: 'auto' });
    const focus = (tries: number) => {
      const el = scroller.current?.querySelector<HTMLElement>(`[data-id="${row.id}"]`);
      if (el) el.focus({ preventScroll: true });
      else if (tries) requestAnimationFrame(() => focus(tries - 1));
    };
    requestAnimationFrame(() => focus(4));
  };

  const run = useRef<(what: 'dismiss' | 'take' | 'reply' | 'like' | 'choose') => void>(() => {});
  run.current = (what) => {
    const at = rows.findIndex((r) => r.id === getBoard().cursor);
    const row = rows[at];
    const many = [...chosen];
    const ids = many.length && (what === 'dismiss' || what === 'take') ? many : row ? [row.id] : [];
    if (!ids.length) return;
    if (what === 'choose') return choose(row!.id);
    if (what === 'like') return void (row!.post && like(client, row!.id, row!.post));
    if (what === 'reply') return void reply(row!);
    if (what === 'take') return void take(client, ids).then(() => setBoard({ chosen: new Set() }));
    void dismiss(client, ids).then(() => setBoard({ chosen: new Set() }));
    if (!many.length) to(at + 1 < rows.length ? at + 1 : at - 1);
  };
  useEffect(() => on('board', (what) => run.current(what)), []);
  const move = useRef<(by: 1 | -1) => void>(() => {});
  move.current = (by) => {
    const at = rows.findIndex((r) => r.id === getBoard().cursor);
    to(at < 0 ? (by > 0 ? 0 : rows.length - 1) : at + by);
  };
  useEffect(() => on('move', (by) => move.current(by)), []);

  /* Taken first, if it waits; then the composer of the conversation has the keyboard. */
  const reply = async (row: Mention) => {
    if (!row.work.agent && !(await take(client, [row.id], true))) return;
    go(toConv(row.id, VIEW));
    const compose = (tries: number) => {
      if (document.querySelector('.composer textarea')) emit('compose', 'reply');
      else if (tries) requestAnimationFrame(() => compose(tries - 1));
    };
    compose(60);
  };

  return (
    <div className="rows" ref={scroller} tabIndex={-1}>
      <div className="rows-all" role="list" aria-label="Posts" style={{ height: v.getTotalSize() }}>
        {v.getVirtualItems().map((item) => {
          const row = rows[item.index]!;
          return (
            <div key={item.key} role="listitem" aria-setsize={rows.length} aria-posinset={item.index + 1} className="rows-item"
              style={{ transform: `translateY(${item.start}px)`, height: item.size }}>
              <TriageRow row={row} channel={channels.get(row.conv.channel)} agents={agents} me={me} now={now}
                selected={row.id === selected} cursor={row.id === cursor} chosen={chosen.has(row.id)} open={open.has(row.id)}
                onChoose={choose} onUnfold={unfold} onFocus={(id) => setBoard({ cursor: id })} />
            </div>
          );
        })}
      </div>
    </div>
  );
}

const posts = (n: number) => (n === 1 ? 'post' : `${n} posts`);
type ClientOf = ReturnType<typeof useClient>;

export const dismiss = (client: ClientOf, ids: readonly number[]): Promise<number> =>
  forAll(client, ids, 'work.resolve', () => ({ disposition: 'no-reply' }), (n) => `Dismissed ${posts(n)}: no reply.`);

export const take = (client: ClientOf, ids: readonly number[], quiet = false): Promise<number> =>
  forAll(client, ids, 'work.pick', () => ({}), (n) => (quiet ? '' : `You have ${posts(n)} now.`));
