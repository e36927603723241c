import { render } from 'preact';
import { App } from './parts/app.tsx';
import { RoomProvider } from './parts/room.ts';
import { ReadingRoom } from './state/reading-room.ts';

const room = new ReadingRoom();
const place = document.getElementById('page');
if (place === null) throw new Error('index.html has no place for the page');
render(
  <RoomProvider value={room}>
    <App />
  </RoomProvider>,
  place,
);
void room.meetServer();
