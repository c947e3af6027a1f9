/* From lines and entries to the rows of the log: days, groups of one author, marks of delivery. Pure. */
import type { Line, LineFile } from '../core/frames';
import type { Entry } from '../core/outbox';

export type Mark = '' | 'queued' | 'sending' | 'sent' | 'delivered' | 'read' | 'failed';
export interface Row {
  key: string;
  kind: 'day' | 'mine' | 'theirs';
  text: string;
  at: number;
  name: string; // above the first of a group of theirs
  first: boolean;
  last: boolean; // of its group: time and mark stand below it
  mark: Mark;
  id: string; // of a failed entry
  seq: number;
  error: string;
  files: LineFile[];
}

const GROUP_MS = 5 * 60_000;
const dayOf = (at: number): string => new Date(at).toDateString();

function markOf(seq: number, delivered: number, read: number): Mark {
  if (seq <= read) return 'read';
  return seq <= delivered ? 'delivered' : 'sent';
}

export function rowsOf(lines: Line[], entries: Entry[], delivered: number, read: number, team: string): Row[] {
  const rows: Row[] = [];
  const blank = { first: true, last: true, id: '', mark: '' as Mark, seq: 0, name: '', error: '', files: [] as LineFile[] };
  for (const l of lines) {
    const mine = l.direction === 'in';
    rows.push({
      ...blank,
      key: `s${l.seq}`,
      kind: mine ? 'mine' : 'theirs',
      text: l.text,
      files: l.files ?? [],
      at: l.at,
      name: mine ? '' : l.name || team,
      mark: mine ? markOf(l.seq, delivered, read) : '',
      seq: l.seq,
    });
  }
  for (const e of entries) {
    const mark: Mark = e.state === 'acked' ? 'sent' : e.state;
    rows.push({ ...blank, key: `e${e.id}`, kind: 'mine', text: e.text || (e.file ? '📎' : ''), at: e.at, mark, id: e.id, seq: e.seq, error: e.error });
  }
  return withDays(grouped(quiet(rows)));
}

/* Each kind of mark once, where it is news: below the last row that has it. */
function quiet(rows: Row[]): Row[] {
  const said = new Set<Mark>();
  for (let i = rows.length - 1; i >= 0; i--) {
    const { mark } = rows[i];
    if (mark !== 'sent' && mark !== 'delivered' && mark !== 'read') continue;
    if (said.has('read') || said.has(mark)) rows[i].mark = '';
    said.add(mark);
  }
  return rows;
}

function grouped(rows: Row[]): Row[] {
  for (let i = 1; i < rows.length; i++) {
    const [a, b] = [rows[i - 1], rows[i]];
    const near = b.at - a.at < GROUP_MS && dayOf(a.at) === dayOf(b.at);
    if (a.kind === b.kind && a.name === b.name && near && a.mark !== 'failed' && b.mark !== 'failed') {
      a.last = false;
      b.first = false;
    }
  }
  return rows;
}

function withDays(rows: Row[]): Row[] {
  const out: Row[] = [];
  let day = '';
  for (const r of rows) {
    if (r.at && dayOf(r.at) !== day) {
      day = dayOf(r.at);
      out.push({ ...r, key: `d${day}`, kind: 'day', text: '', name: '', mark: '', id: '', seq: 0 });
    }
    out.push(r);
  }
  return out;
}
