import { Button, IconButton } from '../parts/basic';
import { Icon } from '../parts/Icon';
import { dropToast, useUi } from '../store/ui';

export function Toasts() {
  const toasts = useUi((u) => u.toasts);
  return (
    <div className="toasts" role="region" aria-label="Notices">
      {toasts.map((t) => (
        <div key={t.id} className={`toast ${t.tone}`} role={t.tone === 'bad' ? 'alert' : 'status'}>
          <Icon name={t.tone === 'bad' ? 'alert' : t.tone === 'good' ? 'check' : 'bell'} />
          <span className="grow">{t.text}</span>
          {t.action && <Button small onClick={() => { t.action!.run(); dropToast(t.id); }}>{t.action.label}</Button>}
          <IconButton icon="x" label="Dismiss" onClick={() => dropToast(t.id)} />
        </div>
      ))}
    </div>
  );
}
