import type { Signal } from '@preact/signals';
import { Dialog, DialogHeader } from './dialog.tsx';

/** As shortcuts.ts hears them. */
const KEYS: readonly (readonly [keys: readonly string[], what: string])[] = [
  [['1', '…', '9'], 'Light up a box and its sentence'],
  [['+', '−'], 'Zoom in, zoom out'],
  [['0'], 'Fit the whole film'],
  [['←', '→', '↑', '↓'], 'Pan, with the film focused'],
  [['Shift', '↑', '↓'], 'Brighter, darker'],
  [['Shift', '←', '→'], 'More, less contrast'],
  [['W'], 'Drag to window, or to move'],
  [['I'], 'Invert'],
  [['R'], 'Reset the window'],
  [['B'], 'Show or hide the boxes'],
  [['/'], 'Ask'],
  [['Esc'], 'From the question to the film; let go of a box'],
];

export const KeysDialog = ({ isOpen }: { readonly isOpen: Signal<boolean> }) => (
  <Dialog isOpen={isOpen} title="Keys" class="sheet">
    <DialogHeader isOpen={isOpen} title="Keys" />
    <dl>
      {KEYS.map(([keys, what]) => (
        <div key={what}>
          <dt>
            {keys.map((key) => (
              <kbd key={key}>{key}</kbd>
            ))}
          </dt>
          <dd>{what}</dd>
        </div>
      ))}
    </dl>
    <p class="hint">
      With the mouse: the wheel zooms, a drag moves, a drag with the right button windows.
    </p>
  </Dialog>
);
