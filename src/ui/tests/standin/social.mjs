/* A morning on the social board: mentions, a thread, what listening found, and a storm. */
import { addConv, HOUR, MIN } from './seed.mjs';
import { morning } from './morning.mjs';

const LISTENED = 32;
const STORM = 'Power is out again in all of Leith, third time this month! Is anybody at @harbourenergy awake?';

function post(w, o) {
  const at = w.now() - o.ago;
  addConv(w, {
    kind: 'social', channel: 'mastodon', queue: 'social', at, unread: 1, state: 'queued',
    peer: { type: 'mastodon', addr: o.addr, name: o.name }, ...o,
    posts: [{ seq: 1, reach: o.reach ?? 0, visibility: o.visibility ?? 'public', url: `https://mastodon.example/${o.addr}/${o.id}`, parent_id: o.parent ?? '', flags: o.flags ?? 0, gone: o.gone ?? false, edited: o.edited ?? false, reaction: o.reaction ?? '' }],
    lines: o.lines ?? [['in', o.text, o.ago]],
  });
  w.put('conv', o.id, { language: o.language ?? 'en', posts: w.get('conv', o.id).posts, ...(o.gone ? { last_text: '' } : {}) }, true);
}

export function social() {
  const w = morning();
  post(w, { id: 2001, name: 'The Leith Gazette', addr: '@news@leithgazette.example', reach: 48_200, ago: 3 * MIN, priority: 0, tags: ['press', 'outage'], text: 'We are hearing from readers across Leith that they have been without power since 9:10. @harbourenergy, what happened, and when do you expect it to be back? We are updating our live page and would like to quote you.' });
  const members = Array.from({ length: 14 }, (_, i) => 2101 + i);
  const names = ['Isla Reid', 'Callum Fraser', 'mhairi_g', 'Priya N.', 'old salt', 'Jonas', 'Ewan McKay'];
  post(w, { id: 2002, name: 'windfarmwatch', addr: '@windfarmwatch@mastodon.scot', reach: 2_310, ago: 9 * MIN, priority: 1, tags: ['outage'], text: STORM, members });
  for (const [i, id] of members.entries()) {
    post(w, { id, name: names[i % names.length], addr: `@p${id}@mastodon.scot`, reach: 40 + i * 13, ago: (9 * MIN) - i * 20_000, priority: 1, state: 'snoozed', cluster: 2002, text: STORM.replace('awake?', i % 2 ? 'awake??' : 'even reading this?') });
  }
  post(w, {
    id: 2003, name: 'Rosa Marchetti', addr: '@rosa@social.example', reach: 940, ago: 14 * MIN, priority: 1, state: 'active', agent: 'bob', parent: '1099', visibility: 'unlisted', reaction: '👍', edited: true,
    lines: [
      ['in', 'The meter you fited last week clicks all night. Three rooms away we hear it.', 14 * MIN],
      ['in', 'The meter you fitted last week clicks all night. Three rooms away we hear it.', 13 * MIN, { kind: 'edit', edits: 1 }],
      ['out', '👍', 12 * MIN, { kind: 'reaction', edits: 1, author: 'bob' }],
      ['in', 'And my account number is 40 118 772', 11 * MIN],
      ['in', '', 10 * MIN, { kind: 'delete', edits: 4 }],
    ],
  });
  w.put('conv', 2003, { last_text: 'The meter you fitted last week clicks all night. Three rooms away we hear it.' }, true);
  post(w, { id: 2004, name: 'Björn', addr: '@bjorn@chaos.example', reach: 311, ago: 25 * MIN, priority: 1, language: 'de', visibility: 'direct', text: 'Hallo, ich ziehe zum 1. um. Wie nehme ich meinen Vertrag mit?' });
  post(w, { id: 2005, name: 'Deleted later', addr: '@gone@chaos.example', reach: 12, ago: 40 * MIN, priority: 1, gone: true, text: 'x' });
  post(w, { id: 2006, name: 'Energy nerd', addr: '@nerd@fosstodon.example', reach: 1_204_000, ago: 2 * HOUR, priority: 9, flags: LISTENED, text: 'Comparing heat pump tariffs: #harbourenergy is not the cheapest but their app is the only one that shows half-hourly data.' });
  return w;
}
