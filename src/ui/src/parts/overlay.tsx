/* Dialogs and menus: Radix for focus and keys, our own looks. Menus are not modal: the live page
 * behind them goes on, and an offer can still be taken by its keys. */
import * as D from '@radix-ui/react-dialog';
import * as M from '@radix-ui/react-dropdown-menu';
import type { ReactNode } from 'react';
import { Keys } from './basic';
import { Icon, type IconName } from './Icon';

export function Dialog({ title, text, children, footer, onClose, wide, bare }: {
  title: string; text?: ReactNode; children?: ReactNode; footer?: ReactNode; onClose(): void; wide?: boolean; bare?: boolean;
}) {
  return (
    <D.Root open onOpenChange={(open) => !open && onClose()}>
      <D.Portal>
        <D.Overlay className="scrim" />
        <D.Content className={`dialog ${wide ? 'wide' : ''} ${bare ? 'bare' : ''}`} {...(text ? {} : { 'aria-describedby': undefined })}
          onOpenAutoFocus={(e) => {
            // What asks for the focus has it already; else the first thing to do, not the way out.
            const box = e.currentTarget as HTMLElement;
            e.preventDefault();
            if (box.contains(document.activeElement) && document.activeElement !== box) return;
            (box.querySelector<HTMLElement>('[data-first], .dialog-foot .primary:not(:disabled), .dialog-foot .btn') ?? box).focus();
          }}>
          {bare ? <D.Title className="vh">{title}</D.Title> : (
            <header className="dialog-head">
              <D.Title className="dialog-title">{title}</D.Title>
              <D.Close className="icon-btn" aria-label="Close"><Icon name="x" /></D.Close>
            </header>
          )}
          {text && <D.Description className="dialog-text">{text}</D.Description>}
          {children}
          {footer && <footer className="dialog-foot">{footer}</footer>}
        </D.Content>
      </D.Portal>
    </D.Root>
  );
}

export function Menu({ trigger, label, children, align = 'end', side = 'bottom', onOpenChange }: {
  trigger: ReactNode; label: string; children: ReactNode; align?: 'start' | 'center' | 'end';
  side?: 'top' | 'bottom' | 'right'; onOpenChange?(open: boolean): void;
}) {
  return (
    <M.Root modal={false} onOpenChange={onOpenChange}>
      <M.Trigger asChild>{trigger}</M.Trigger>
      <M.Portal>
        <M.Content className="menu" aria-label={label} align={align} side={side} sideOffset={4} collisionPadding={8}>
          {children}
        </M.Content>
      </M.Portal>
    </M.Root>
  );
}

export function MenuItem({ icon, dot, keys, danger, checked, onSelect, disabled, children }: {
  icon?: IconName; dot?: string; keys?: string; danger?: boolean; checked?: boolean; disabled?: boolean;
  onSelect(): void; children: ReactNode;
}) {
  const body = (
    <>
      {dot && <span className={`dot ${dot}`} aria-hidden="true" />}
      {icon && <Icon name={icon} />}
      <span className="grow">{children}</span>
      {checked && <Icon name="check" />}
      {keys && <Keys keys={keys} />}
    </>
  );
  const className = `menu-item ${danger ? 'danger' : ''}`;
  return checked === undefined
    ? <M.Item className={className} onSelect={onSelect} disabled={disabled}>{body}</M.Item>
    : <M.CheckboxItem className={className} checked={checked} onSelect={onSelect} disabled={disabled}>{body}</M.CheckboxItem>;
}

export const MenuLine = () => <M.Separator className="menu-line" />;
export const MenuLabel = ({ children }: { children: ReactNode }) => <M.Label className="menu-label">{children}</M.Label>;
