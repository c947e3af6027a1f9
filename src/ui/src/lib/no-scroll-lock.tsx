/* Stands in for react-remove-scroll (see vite.config.ts): the same wrapper without the lock. */
import { cloneElement, forwardRef, isValidElement, type HTMLAttributes, type ReactElement, type Ref } from 'react';

interface Props extends HTMLAttributes<HTMLElement> {
  as?: React.ElementType;
  allowPinchZoom?: boolean;
  enabled?: boolean;
  forwardProps?: boolean;
  noIsolation?: boolean;
  removeScrollBar?: boolean;
  inert?: boolean;
  shards?: unknown;
  gapMode?: string;
}

export const RemoveScroll = forwardRef(function RemoveScroll(props: Props, ref: Ref<HTMLElement>) {
  const {
    as: Tag = 'div', allowPinchZoom: _a, enabled: _b, forwardProps, noIsolation: _c,
    removeScrollBar: _d, inert: _e, shards: _f, gapMode: _g, children, ...rest
  } = props;
  if (forwardProps && isValidElement(children)) {
    return cloneElement(children as ReactElement<Record<string, unknown>>, { ...rest, ref });
  }
  return <Tag {...rest} ref={ref}>{children}</Tag>;
});
