import { useEffect, useRef } from 'preact/hooks';
import { useRoom } from './room.ts';
import { TurnView } from './turn-view.tsx';

/** Within so many pixels of where it follows to, the reader follows. */
const NEAR = 80;
/** What stays free above a question. */
const ROOM_ABOVE = 16;

/** Where an answer is followed to: its end, as long as its question stays in sight. */
const endOf = (element: HTMLElement): number => {
  const last = element.querySelector<HTMLElement>('.turn:last-child');
  const end = element.scrollHeight - element.clientHeight;
  return last === null ? end : Math.min(end, last.offsetTop - element.offsetTop - ROOM_ABOVE);
};

/** Questions and answers, scrolled along with the answer unless the reader has scrolled away from it. */
export const ThreadView = () => {
  const room = useRoom();
  const place = useRef<HTMLDivElement>(null);
  const turns = room.thread.value.turns.value;
  useEffect(() => {
    const element = place.current;
    const content = element?.firstElementChild;
    if (!element || !content) return undefined;
    let isFollowing = true;
    const onScroll = (): void => {
      isFollowing = Math.abs(element.scrollTop - endOf(element)) < NEAR;
    };
    const follow = (): void => {
      if (isFollowing) element.scrollTop = endOf(element);
    };
    const observer = new ResizeObserver(follow);
    observer.observe(content);
    observer.observe(element);
    element.addEventListener('scroll', onScroll, { passive: true });
    return () => {
      observer.disconnect();
      element.removeEventListener('scroll', onScroll);
    };
  }, []);
  useEffect(() => {
    const element = place.current;
    if (element !== null) element.scrollTop = endOf(element);
  }, [turns.length]);
  return (
    <div ref={place} class="thread" tabIndex={0} role="region" aria-label="Questions and answers">
      <div class="turns">
        {turns.length === 0 && <Welcome />}
        {turns.map((turn) => (
          <TurnView key={turn.name} turn={turn} />
        ))}
      </div>
    </div>
  );
};

const Welcome = () => {
  const hasFilm = useRoom().picked.value !== undefined;
  return (
    <div class="welcome">
      <h2>{hasFilm ? 'Ask about this film' : 'A wet read in a minute'}</h2>
      <p>
        {hasFilm
          ? 'Press "Wet read" for a short report with every finding asked about again and boxed, or ask in your own words.'
          : 'A "wet read" is a quick preliminary reading. Show a film, press a button or ask in your own words, and see on the film what is meant.'}
      </p>
    </div>
  );
};
