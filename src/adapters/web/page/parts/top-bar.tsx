import type { Signal } from '@preact/signals';
import { theme } from '../state/theme.ts';
import { Icon } from './icon.tsx';
import { useRoom } from './room.ts';

type TopBarProps = {
  readonly areThreadsOpen: Signal<boolean>;
  readonly areKeysOpen: Signal<boolean>;
};

/** What is open, with which model, and how the page looks. */
export const TopBar = ({ areThreadsOpen, areKeysOpen }: TopBarProps) => {
  const room = useRoom();
  const other = theme.value === 'dark' ? 'light' : 'dark';
  return (
    <header class="top">
      <button
        type="button"
        class="quiet icon-and-words"
        onClick={() => {
          areThreadsOpen.value = true;
        }}
      >
        <Icon name="threads" />
        <span class="words">Threads</span>
      </button>
      <h1>
        <img src="/icon.svg" alt="" width="20" height="20" /> Wetread
      </h1>
      <Model />
      <span class="spring" />
      <button
        type="button"
        class="quiet only-icon wide-only"
        title="Keys (?)"
        aria-label="Keys"
        onClick={() => {
          areKeysOpen.value = true;
        }}
      >
        <Icon name="keys" />
      </button>
      <button
        type="button"
        class="quiet only-icon"
        title={`Show it ${other}`}
        aria-label={`Show it ${other}`}
        onClick={() => {
          theme.value = other;
        }}
      >
        <Icon name={theme.value === 'dark' ? 'sun' : 'moon'} />
      </button>
      <button
        type="button"
        class="icon-and-words"
        disabled={!room.hasFilm.value}
        onClick={() => room.show(undefined)}
      >
        <Icon name="plus" />
        <span class="words">New film</span>
      </button>
    </header>
  );
};

const Model = () => {
  const model = useRoom().about.value?.model;
  if (model === undefined) return null;
  // A demo says so, unless its name does.
  const saysSo = /demo/i.test(model.name);
  return (
    <p
      class={model.demo ? 'model demo' : 'model'}
      title={model.demo ? 'A demonstration model: do not believe its findings' : 'The model'}
    >
      <span>{model.name}</span>
      {model.demo && !saysSo && <b>demo</b>}
    </p>
  );
};
