/* One dialog at a time; which one stands in the page's own state. */
import { Button } from '../parts/basic';
import { Dialog } from '../parts/overlay';
import { closeDialog, useUi } from '../store/ui';
import { ConsultDialog, WhisperDialog } from './AdviceDialogs';
import { MergeDialog } from './MergeDialog';
import { Palette } from './Palette';
import { PhoneDialog } from './PhoneDialog';
import { PriorityDialog } from './PriorityDialog';
import { ResolveDialog } from './ResolveDialog';
import { Shortcuts } from './Shortcuts';
import { SnoozeDialog } from './SnoozeDialog';
import { TagsDialog } from './TagsDialog';
import { TransferDialog } from './TransferDialog';

export function Dialogs() {
  const dialog = useUi((u) => u.dialog);
  const confirm = useUi((u) => u.confirm);
  if (!dialog) return null;
  switch (dialog.kind) {
    case 'transfer': return <TransferDialog conv={dialog.conv} assign={false} />;
    case 'assign': return <TransferDialog conv={dialog.conv} assign />;
    case 'consult': return <ConsultDialog conv={dialog.conv} />;
    case 'whisper': return <WhisperDialog conv={dialog.conv} />;
    case 'merge': return <MergeDialog conv={dialog.conv} />;
    case 'priority': return <PriorityDialog conv={dialog.conv} />;
    case 'snooze': return <SnoozeDialog conv={dialog.conv} />;
    case 'resolve': return <ResolveDialog conv={dialog.conv} />;
    case 'tags': return <TagsDialog conv={dialog.conv} />;
    case 'phone': return <PhoneDialog />;
    case 'palette': return <Palette />;
    case 'shortcuts': return <Shortcuts />;
    case 'confirm':
      return confirm && (
        <Dialog title={confirm.title} text={confirm.text} onClose={closeDialog} footer={
          <>
            <Button onClick={closeDialog}>Cancel</Button>
            <Button tone={confirm.danger ? 'danger' : 'primary'} onClick={() => { closeDialog(); confirm.run(); }}>{confirm.action}</Button>
          </>
        } />
      );
  }
}
