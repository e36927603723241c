import { useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { Composer } from './composer.tsx';
import { DropZone } from './drop-zone.tsx';
import { FilmViewer } from './film-viewer.tsx';
import { KeysDialog } from './keys-dialog.tsx';
import { NoFilm } from './no-film.tsx';
import { useRoom } from './room.ts';
import { listenToKeys } from './shortcuts.ts';
import { ThreadsDrawer } from './threads-drawer.tsx';
import { ThreadView } from './thread-view.tsx';
import { TopBar } from './top-bar.tsx';

const CAUTION =
  'Research software, not a medical device. What it says is preliminary and not for clinical use.';

/** The page: the film on the left, the thread on the right. */
export const App = () => {
  const room = useRoom();
  const areThreadsOpen = useSignal(false);
  const areKeysOpen = useSignal(false);
  useEffect(() => listenToKeys(room, areKeysOpen), [room, areKeysOpen]);
  const hasFilm = room.hasFilm.value;
  const hadFilm = useRef(false);
  hadFilm.current ||= hasFilm;
  return (
    <div class="page">
      <a class="skip" href="#words">
        Skip to the question
      </a>
      <TopBar areThreadsOpen={areThreadsOpen} areKeysOpen={areKeysOpen} />
      <main class={hasFilm ? 'reading' : 'empty'}>
        <section class="viewer" aria-label="Film">
          {hasFilm ? <FilmViewer /> : <NoFilm isAgain={hadFilm.current} />}
        </section>
        <section class="talk" aria-label="Conversation">
          <ThreadView />
          <Composer />
        </section>
      </main>
      <footer class="foot">{CAUTION}</footer>
      <DropZone />
      <ThreadsDrawer isOpen={areThreadsOpen} />
      <KeysDialog isOpen={areKeysOpen} />
    </div>
  );
};
