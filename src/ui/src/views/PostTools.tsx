/* Under a customer's post: who may see it, how many may have, where it stands, and a like. */
import { reach, safeUrl, visibilityWord } from '../lib/posts';
import type { Conv, Post } from '../model/types';
import { IconButton, Tip } from '../parts/basic';
import { Icon } from '../parts/Icon';
import { useClient, useStore } from '../store/context';
import type { Client } from '../store/client';
import { toast } from '../store/ui';

export const LIKE = '👍';

export async function like(client: Client, conv: number, post: Post): Promise<void> {
  const r = await client.command('message.react', { conv, seq: post.seq, ...(post.reaction ? {} : { text: LIKE }) });
  if (!r.ok) toast(r.text || 'This did not work.', 'bad');
}

export function LikeButton({ conv, post }: { conv: Conv; post: Post }) {
  const client = useClient();
  const reacts = useStore((s) => s.policy?.channels.find((c) => c.id === conv.channel)?.reacts ?? false);
  if (!reacts || post.gone) return null;
  return <IconButton icon="heart" className={post.reaction ? 'liked' : ''} aria-pressed={!!post.reaction} label={post.reaction ? 'Take the like back' : 'Like'} onClick={() => void like(client, conv.id, post)} />;
}

export function Permalink({ url }: { url: string }) {
  const safe = safeUrl(url);
  if (!safe) return null;
  return (
    <Tip text="Open the post in a new tab">
      <a className="icon-btn" href={safe} target="_blank" rel="noopener noreferrer" aria-label="Open the post in a new tab"><Icon name="external" /></a>
    </Tip>
  );
}

export function PostTools({ conv, seq }: { conv: Conv; seq: number }) {
  const post = conv.posts.find((p) => p.seq === seq);
  if (!post) return null;
  return (
    <p className="post-tools">
      {post.visibility && <span><Icon name="eye" size={12} />{visibilityWord(post.visibility)}</span>}
      {post.reach > 0 && <span className="num"><Icon name="people" size={12} />{reach(post.reach)}<span className="vh"> followers</span></span>}
      {post.parent_id && <span><Icon name="reopen" size={12} />in a thread</span>}
      <Permalink url={post.url} />
      <LikeButton conv={conv} post={post} />
    </p>
  );
}
