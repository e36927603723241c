import { useSignal } from '@preact/signals';
import type { Turn } from '../state/turn.ts';
import { statusWords } from '../words/status-words.ts';
import { Icon } from './icon.tsx';
import { useRoom } from './room.ts';

/** What a running reply waits for, with a button that stops it. */
export const StatusLine = ({ turn }: { readonly turn: Turn }) => {
  const room = useRoom();
  const isStopping = useSignal(false);
  const { phase, status, isConnected } = turn.state.value;
  const { words, share } = statusWords(status);
  const said = !isConnected
    ? 'The connection is cut; trying again'
    : phase === 'sending' && status === undefined
      ? 'Sending'
      : isStopping.value
        ? 'Stopping'
        : words;
  const stop = async (): Promise<void> => {
    isStopping.value = true;
    isStopping.value = await room.thread.value.stop(turn);
  };
  return (
    <div class="status">
      <span class="spinner" />
      <span role="status">{said}</span>
      {share !== undefined && (
        <progress max={1} value={share} aria-label="Share of the film read" />
      )}
      <button
        type="button"
        class="small icon-and-words"
        disabled={isStopping.value || phase === 'sending'}
        onClick={() => void stop()}
      >
        <Icon name="stop" /> Stop
      </button>
    </div>
  );
};
