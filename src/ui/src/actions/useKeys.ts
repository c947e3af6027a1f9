import { useEffect } from 'react';
import { useClient } from '../store/context';
import { route } from '../store/route';
import { offersFor } from '../store/select';
import { getUi } from '../store/ui';
import { actions, byId, context } from './actions';
import { chord, isTyping, match, type Pressed } from './keys';

const known = new Set(actions.flatMap((a) => (a.keys ? [a.keys] : [])));

export function useKeys(): void {
  const client = useClient();
  useEffect(() => {
    let pending: Pressed | null = null;
    const onKey = (e: KeyboardEvent) => {
      if (e.defaultPrevented || e.isComposing || e.key === 'Shift' || e.key === 'Control' || e.key === 'Alt' || e.key === 'Meta') return;
      const press = chord(e);
      const ctx = context(client, route());
      const typing = isTyping(e.target);
      // A dialog or an open menu has the keyboard; the palette may be closed by its own key.
      const busy = getUi().dialog !== null || document.querySelector('[role="menu"]') !== null;

      if (press === 'Enter' && !typing && !busy && (e.target === document.body || (e.target as HTMLElement).closest?.('.offer'))) {
        if ((e.target as HTMLElement).closest?.('button') || !offersFor(ctx.state.works, ctx.state.me).length) return;
        e.preventDefault();
        byId.get('offer.accept')!.run(ctx);
        return;
      }
      const found = match(press, pending, Date.now(), known);
      pending = typing ? null : found.pending;
      if (!found.keys) return;
      const action = actions.find((a) => a.keys === found.keys && a.when(ctx));
      if (!action || (busy && !action.anywhere) || (typing && !action.anywhere)) return;
      if (!action.anywhere && !getUi().keys) return;
      if (busy && !action.id.startsWith('offer.')) return;
      e.preventDefault();
      action.run(ctx);
    };
    window.addEventListener('keydown', onKey);
    return () => window.removeEventListener('keydown', onKey);
  }, [client]);
}
