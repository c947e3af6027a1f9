import { memo } from 'react';
import { network, reach, visibilityWord, type Mention } from '../lib/posts';
import { agentName, contactName } from '../lib/names';
import { iso, listTime } from '../lib/time';
import type { Agent, ChannelPolicy } from '../model/types';
import { Avatar } from '../parts/basic';
import { Icon } from '../parts/Icon';
import { toConv } from '../store/route';
import { LikeButton, Permalink } from './PostTools';

export const POST_HEIGHT = 124;
export const MEMBER_HEIGHT = 44;

interface Props {
  row: Mention; channel: ChannelPolicy | undefined; agents: ReadonlyMap<string, Agent>; me: string; now: number;
  selected: boolean; cursor: boolean; chosen: boolean; open: boolean;
  onChoose(id: number): void; onUnfold(id: number): void; onFocus(id: number): void;
}

export const TriageRow = memo(function TriageRow(p: Props) {
  const { row, channel, agents, me, now } = p;
  const { conv, post, work } = row;
  const name = contactName(conv, work);
  const text = post?.gone ? '' : conv.last_text;
  const href = toConv(row.id, { name: 'social' });
  const current = p.selected ? 'true' : undefined;
  if (row.of) {
    return (
      <a className="post-member" href={href} data-id={row.id} aria-current={current} onFocus={() => p.onFocus(row.id)}>
        <Avatar name={name} size={20} />
        <span className="strong cut">{name}</span>
        <span className="grow cut muted">{text || 'Deleted by its author'}</span>
      </a>
    );
  }
  const who = work.agent ? (work.agent === me ? 'yours' : agentName(agents, work.agent)) : '';
  return (
    <article className={`post-row ${p.cursor ? 'cursor' : ''} ${p.chosen ? 'chosen' : ''}`} aria-current={current} aria-label={`Post by ${name}`}>
      <label className="post-check">
        <input type="checkbox" checked={p.chosen} onChange={() => p.onChoose(row.id)} />
        <span className="vh">Choose the post by {name}</span>
      </label>
      <Avatar name={name} size={32} />
      <div className="post-body">
        <p className="row-line">
          <span className="row-name cut">{name}</span>
          {conv.peer.addr && conv.peer.addr !== name && <span className="post-addr muted cut">{conv.peer.addr}</span>}
          {(post?.reach ?? 0) > 0 && <span className="post-reach num" title={`${post!.reach.toLocaleString()} followers`}><Icon name="people" size={12} />{reach(post!.reach)}<span className="vh"> followers</span></span>}
          <time className="row-time num" dateTime={iso(conv.last_at)}>{listTime(conv.last_at, now)}</time>
        </p>
        <a className="post-text" href={href} data-id={row.id} onFocus={() => p.onFocus(row.id)}>
          {conv.last_direction === 'out' && <span className="muted">{'↩ '}<span className="vh">Replied: </span></span>}
          {text || <span className="muted">{post?.gone ? 'Deleted by its author' : 'No text'}</span>}
          {post?.edited && !post.gone && <span className="muted"> (edited)</span>}
        </a>
        <p className="row-line post-foot">
          <span className="post-facts cut">
            {[
              network(channel, conv.channel), post?.visibility && visibilityWord(post.visibility), post?.parent_id && 'in a thread',
              conv.language, row.listened && 'found', who,
            ].filter(Boolean).join(' · ')}
          </span>
          {conv.tags.slice(0, 2).map((t) => <span key={t} className="row-tag cut">{t}</span>)}
          {row.members > 0 && (
            <button type="button" className="post-alike num" aria-expanded={p.open} onClick={() => p.onUnfold(row.id)}>
              <Icon name="layers" size={12} />{row.members} alike<Icon name={p.open ? 'down' : 'right'} size={12} />
            </button>
          )}
          {post && <Permalink url={post.url} />}
          {post && <LikeButton conv={conv} post={post} />}
        </p>
      </div>
    </article>
  );
});
