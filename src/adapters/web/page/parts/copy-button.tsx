import { useSignal } from '@preact/signals';
import { Icon } from './icon.tsx';

/** How long the button says that it has copied. */
const SAID_MS = 2_000;

/** Puts an answer's words on the clipboard. */
export const CopyButton = ({ text }: { readonly text: string }) => {
  const said = useSignal<'Copy' | 'Copied' | 'Not copied'>('Copy');
  const copy = async (): Promise<void> => {
    try {
      // Browsers have no clipboard for a page that comes over plain HTTP from another machine.
      await navigator.clipboard.writeText(text);
      said.value = 'Copied';
    } catch {
      said.value = 'Not copied';
    }
    setTimeout(() => {
      said.value = 'Copy';
    }, SAID_MS);
  };
  return (
    <button type="button" class="quiet small icon-and-words" onClick={() => void copy()}>
      <Icon name={said.value === 'Copied' ? 'check' : 'copy'} />
      <span aria-live="polite">{said.value}</span>
    </button>
  );
};
