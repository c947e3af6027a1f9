/* Beside a reply to a post: who will see it, and how long it may be, in the network's own unit. */
import { answerable, lengthIn, visibilityWord } from '../lib/posts';
import type { Conv } from '../model/types';
import { Icon } from '../parts/Icon';
import { useStore } from '../store/context';

export function PostHint({ conv, text }: { conv: Conv; text: string }) {
  const channel = useStore((s) => s.policy?.channels.find((c) => c.id === conv.channel));
  const post = answerable(conv);
  const used = channel && channel.max_length > 0 ? lengthIn(channel.length_unit, text) : null;
  const left = used === null ? 0 : channel!.max_length - used;
  return (
    <>
      {post?.visibility && <span className="muted post-hint" title="As the post that is answered"><Icon name="eye" size={12} />{visibilityWord(post.visibility)}</span>}
      {used !== null && text && (
        <span className={`sms-count num ${left < 0 ? 'many' : ''}`} aria-label={`${left} ${channel!.length_unit === 'bytes' ? 'bytes' : 'characters'} left`}>
          {left.toLocaleString()} left
        </span>
      )}
    </>
  );
}
