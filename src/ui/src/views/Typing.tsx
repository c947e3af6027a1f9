import { agentName, contactName } from '../lib/names';
import type { Conv } from '../model/types';
import { useStore } from '../store/context';

/* Keeps its line even when nobody types, so that nothing moves. */
export function Typing({ conv }: { conv: Conv }) {
  const typing = useStore((s) => s.typing);
  const agents = useStore((s) => s.agents);
  const me = useStore((s) => s.me);
  const who = typing
    .filter((t) => t.conv === conv.id && t.agent !== me)
    .map((t) => (t.who === 'visitor' ? contactName(conv) : agentName(agents, t.agent)));
  return (
    <p className="typing" role="status">
      {who.length > 0 && <><span className="typing-dots" aria-hidden="true"><i /><i /><i /></span>{who.join(', ')} {who.length === 1 ? 'is' : 'are'} typing</>}
    </p>
  );
}
