/* Tells the daemon how far I have read: the end is on the screen and the page is looked at. */
import { useEffect } from 'react';
import type { Conv } from '../model/types';
import { useClient, useStore } from '../store/context';
import { isMine } from '../store/select';

export function useMarkRead(conv: Conv, last: number, atEnd: boolean): void {
  const client = useClient();
  const me = useStore((s) => s.me);
  const mine = useStore((s) => isMine(s.works.get(conv.id), me));
  const open = useStore((s) => s.link.state === 'open');
  useEffect(() => {
    if (!mine || !atEnd || !open || last <= conv.read_seq) return;
    let done = false;
    const tell = () => {
      if (done || document.visibilityState !== 'visible') return;
      done = true;
      void client.command('conv.read', { conv: conv.id, seq: last });
    };
    const timer = setTimeout(tell, 600);
    document.addEventListener('visibilitychange', tell);
    return () => {
      clearTimeout(timer);
      document.removeEventListener('visibilitychange', tell);
    };
  }, [client, conv.id, conv.read_seq, last, atEnd, mine, open]);
}
