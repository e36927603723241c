import { useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import type { Task } from '../../../../core/reading.ts';
import { isOver } from '../state/turn-state.ts';
import { suggestionsAfter } from '../words/suggestions.ts';
import { ChooseFile } from './choose-file.tsx';
import { Icon } from './icon.tsx';
import { useRoom } from './room.ts';

const TASKS: readonly { readonly task: Task; readonly name: string; readonly hint: string }[] = [
  {
    task: 'wet-read',
    name: 'Wet read',
    hint: 'A short report; each finding is asked about and boxed',
  },
  { task: 'report', name: 'Report', hint: "The model's plain report" },
  { task: 'classify', name: 'Abnormalities', hint: 'Which abnormalities the model names' },
  { task: 'detect', name: 'Locate all', hint: 'Every abnormality the model finds, boxed' },
];

/** Core takes no longer question. */
const MOST_CHARACTERS = 8_000;

/** Where questions are asked: by a button, by a suggestion, or in words. */
export const Composer = () => {
  const room = useRoom();
  const words = useSignal('');
  const field = useRef<HTMLTextAreaElement>(null);
  const picked = room.picked.value;
  useEffect(() => {
    // On a phone it would open the keyboard over the film.
    if (picked !== undefined && matchMedia('(hover: hover)').matches)
      field.current?.focus({ preventScroll: true });
  }, [picked]);
  const ask = async (text: string): Promise<void> => {
    if (text === '') return;
    words.value = '';
    const isTaken = await room.say(text, { text });
    if (!isTaken && words.value === '') words.value = text;
  };
  const onKey = (event: KeyboardEvent): void => {
    // From the words to the film, where the keys mean something.
    if (event.key === 'Escape' && !event.isComposing) {
      field.current?.blur();
      room.stage.value?.focus();
    }
    // isComposing: Enter that ends a word of an input method is not a send.
    if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    void ask(words.value.trim());
  };
  return (
    <form
      class="composer"
      onSubmit={(event) => {
        event.preventDefault();
        void ask(words.value.trim());
      }}
    >
      {room.trouble.value !== '' && (
        <p class="trouble" role="alert">
          {room.trouble.value}
        </p>
      )}
      <Picked />
      <Tasks />
      <Suggestions onPick={(text) => void ask(text)} />
      <div class="ask">
        <ChooseFile class="quiet only-icon" name="Add a film">
          <Icon name="attach" />
        </ChooseFile>
        <label class="unseen" for="words">
          Your question
        </label>
        <textarea
          ref={field}
          id="words"
          rows={1}
          maxLength={MOST_CHARACTERS}
          placeholder="Ask about the film"
          value={words.value}
          onInput={({ currentTarget }) => {
            words.value = currentTarget.value;
          }}
          onKeyDown={onKey}
        />
        <button class="first only-icon" type="submit" title="Ask (Enter)" aria-label="Ask">
          <Icon name="send" />
        </button>
      </div>
    </form>
  );
};

/** The film that goes with the next question, when a thread is there that it joins. */
const Picked = () => {
  const room = useRoom();
  const film = room.picked.value;
  if (film === undefined) return null;
  return (
    <p class="picked">
      <Icon name="film" />
      <span>This film goes with your next question.</span>
      <button
        type="button"
        class="quiet only-icon"
        title="Put it away"
        aria-label="Put the film away"
        onClick={() => room.unpick()}
      >
        <Icon name="cross" />
      </button>
    </p>
  );
};

const Tasks = () => {
  const room = useRoom();
  const isDisabled = !room.hasFilm.value;
  const isUnread = room.picked.value !== undefined || room.thread.value.turns.value.length === 0;
  return (
    <div class="tasks" role="group" aria-label="Tasks">
      {TASKS.map(({ task, name, hint }) => (
        <button
          key={task}
          type="button"
          class={task === 'wet-read' && isUnread ? 'first' : ''}
          title={hint}
          disabled={isDisabled}
          onClick={() => void room.say(name, { ask: { kind: 'task', task } })}
        >
          {name}
        </button>
      ))}
    </div>
  );
};

/** Shown between answers: while one comes, they would jump about. */
const Suggestions = ({ onPick }: { readonly onPick: (text: string) => void }) => {
  const room = useRoom();
  const turns = room.thread.value.turns.value;
  const last = room.picked.value === undefined ? turns.at(-1) : undefined;
  const state = last?.state.value;
  if (!room.hasFilm.value || (state !== undefined && !isOver(state))) return null;
  if (state?.phase === 'asking' || state?.phase === 'failed') return null;
  const said =
    last !== undefined && state !== undefined ? { asked: last.asked, ...state } : undefined;
  return (
    <div class="suggestions" role="group" aria-label="Suggestions">
      {suggestionsAfter(said).map((text) => (
        <button key={text} type="button" class="suggestion" onClick={() => onPick(text)}>
          {text}
        </button>
      ))}
    </div>
  );
};
