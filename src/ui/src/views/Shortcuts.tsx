import { actions, type Group } from '../actions/actions';
import { Keys } from '../parts/basic';
import { Dialog } from '../parts/overlay';
import { closeDialog, setKeys, useUi } from '../store/ui';

const groups: Group[] = ['Offer', 'Board', 'Conversation', 'Go to', 'Presence', 'General'];
const fixed: Partial<Record<Group, [string, string][]>> = {
  Conversation: [['Mod+Enter', 'Send'], ['Shift+Enter', 'New line']],
  'Go to': [['Enter', 'Open the row']],
};

export function Shortcuts() {
  const on = useUi((u) => u.keys);
  return (
    <Dialog title="Keyboard shortcuts" wide onClose={closeDialog}>
      <div className="shortcuts">
        {groups.map((g) => (
          <section key={g} aria-labelledby={`keys-${g}`}>
            <h3 id={`keys-${g}`}>{g}</h3>
            <dl>
              {actions.filter((a) => a.group === g && a.keys).map((a) => <div key={a.id}><dt>{a.title}</dt><dd><Keys keys={a.keys!} /></dd></div>)}
              {(fixed[g] ?? []).map(([k, t]) => <div key={k}><dt>{t}</dt><dd><Keys keys={k} /></dd></div>)}
            </dl>
          </section>
        ))}
      </div>
      <label className="check"><input type="checkbox" checked={on} onChange={(e) => setKeys(e.target.checked)} />Single-key shortcuts (those with Ctrl, ⌘ or Alt always work)</label>
    </Dialog>
  );
}
