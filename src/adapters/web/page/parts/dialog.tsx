import type { Signal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { Icon } from './icon.tsx';

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

/** A dialog's title, with the button that closes it. */
export const DialogHeader = ({ isOpen, title }: Pick<DialogProps, 'isOpen' | 'title'>) => (
  <header>
    <h2>{title}</h2>
    <button
      type="button"
      class="quiet only-icon"
      aria-label="Close"
      onClick={() => {
        isOpen.value = false;
      }}
    >
      <Icon name="cross" />
    </button>
  </header>
);
