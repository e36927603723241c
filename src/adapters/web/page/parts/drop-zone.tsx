import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { useRoom } from './room.ts';

const firstFile = (transfer: DataTransfer | null): File | undefined => transfer?.files[0];

const hasFiles = ({ dataTransfer }: DragEvent): boolean =>
  dataTransfer?.types.includes('Files') === true;

/** The whole page takes a film that is dropped or pasted. */
export const DropZone = () => {
  const room = useRoom();
  const isOver = useSignal(false);
  useEffect(() => {
    // dragenter and dragleave come for every element on the way; the difference says whether it is over the page.
    let depth = 0;
    const leave = (): void => {
      depth = 0;
      isOver.value = false;
    };
    const take = (event: DragEvent | ClipboardEvent, transfer: DataTransfer | null): void => {
      const file = firstFile(transfer);
      if (file === undefined) return;
      event.preventDefault();
      room.pickFile(file);
    };
    const ending = new AbortController();
    const { signal } = ending;
    const on = <Type extends keyof DocumentEventMap>(
      type: Type,
      listener: (event: DocumentEventMap[Type]) => void,
    ): void => document.addEventListener(type, listener, { signal });
    on('dragenter', (event) => {
      if (!hasFiles(event)) return;
      depth += 1;
      isOver.value = true;
    });
    on('dragleave', () => {
      depth -= 1;
      if (depth <= 0) leave();
    });
    on('dragover', (event) => {
      if (hasFiles(event)) event.preventDefault();
    });
    on('drop', (event) => {
      leave();
      take(event, event.dataTransfer);
    });
    on('paste', (event) => take(event, event.clipboardData));
    return () => ending.abort();
  }, [room, isOver]);
  return (
    <div class="dropping" hidden={!isOver.value}>
      <p>Drop the film</p>
    </div>
  );
};
