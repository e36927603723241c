import type { Signal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';

type DialogProps = {
  readonly isOpen: Signal<boolean>;
  readonly title: string;
  readonly class: string;
  readonly children: ComponentChildren;
};

/** The browser's own dialog: it keeps the focus inside, and Escape or a press beside it closes it. */
export const Dialog = ({ isOpen, title, class: kind, children }: DialogProps) => {
  const dialog = useRef<HTMLDialogElement>(null);
  const isShown = isOpen.value;
  useEffect(() => {
    if (isShown) dialog.current?.showModal();
    else dialog.current?.close();
  }, [isShown]);
  const close = (): void => {
    isOpen.value = false;
  };
  return (
    <dialog
      ref={dialog}
      class={kind}
      aria-label={title}
      onClose={close}
      onClick={(event) => {
        if (event.target === dialog.current) close();
      }}
    >
      {isShown && children}
    </dialog>
  );
};
