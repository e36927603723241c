import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { useRoom } from './room.ts';

type ChooseFileProps = {
  readonly class: string;
  /** Where there are no words in it. */
  readonly name?: string;
  /** It has just come in the place of what had the focus. */
  readonly takesFocus?: boolean;
  readonly children: ComponentChildren;
};

/** A button that opens the browser's own file chooser. */
export const ChooseFile = ({ class: kind, name, takesFocus, children }: ChooseFileProps) => {
  const room = useRoom();
  const button = useRef<HTMLButtonElement>(null);
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => {
    if (takesFocus === true) button.current?.focus();
  }, [takesFocus]);
  return (
    <>
      <button
        ref={button}
        type="button"
        class={kind}
        {...(name === undefined ? {} : { title: name, 'aria-label': name })}
        onClick={() => input.current?.click()}
      >
        {children}
      </button>
      <input
        ref={input}
        class="file"
        // Any: a DICOM often has neither an extension nor a type, and intake looks at the bytes.
        type="file"
        hidden
        onChange={({ currentTarget }) => {
          const file = currentTarget.files?.[0];
          // Emptied, so that the same file can be chosen again.
          currentTarget.value = '';
          if (file !== undefined) room.pickFile(file);
        }}
      />
    </>
  );
};
