import type { Signal } from '@preact/signals';
import type { KeptThread } from '../state/kept-threads.ts';
import { Dialog, DialogHeader } from './dialog.tsx';
import { Icon } from './icon.tsx';
import { useRoom } from './room.ts';

/** The threads of this browser, to go on with or to forget. */
export const ThreadsDrawer = ({ isOpen }: { readonly isOpen: Signal<boolean> }) => {
  const room = useRoom();
  const threads = room.threads.value;
  const show = (thread: KeptThread | undefined): void => {
    room.show(thread);
    isOpen.value = false;
  };
  return (
    <Dialog isOpen={isOpen} title="Threads" class="drawer">
      <DialogHeader isOpen={isOpen} title="Threads" />
      <button type="button" class="icon-and-words begin" onClick={() => show(undefined)}>
        <Icon name="plus" /> New film
      </button>
      {threads.length === 0 && (
        <p class="hint">What you ask about a film is found here again, until you forget it.</p>
      )}
      <ul>
        {threads.map((thread) => (
          <li key={thread.id} class={thread.id === room.thread.value.id ? 'current' : ''}>
            <button
              type="button"
              class="quiet open"
              aria-current={thread.id === room.thread.value.id}
              onClick={() => show(thread)}
            >
              <b>{thread.title}</b>
              <small>
                {whenWords(thread.at)} · {countWords(thread.turns.length)}
              </small>
            </button>
            <button
              type="button"
              class="quiet only-icon"
              title="Forget: the films, questions and answers are deleted"
              aria-label={`Forget ${thread.title}`}
              onClick={() => void room.forget(thread)}
            >
              <Icon name="trash" />
            </button>
          </li>
        ))}
      </ul>
    </Dialog>
  );
};

const countWords = (turns: number): string => (turns === 1 ? '1 question' : `${turns} questions`);

const whenWords = (at: number): string => {
  const isToday = new Date(at).toDateString() === new Date().toDateString();
  const time = { hour: '2-digit', minute: '2-digit' } as const;
  return new Intl.DateTimeFormat(
    undefined,
    isToday ? time : { month: 'short', day: 'numeric', ...time },
  ).format(at);
};
