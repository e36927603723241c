import { createContext } from 'preact';
import { useContext } from 'preact/hooks';
import type { ReadingRoom } from '../state/reading-room.ts';

const Room = createContext<ReadingRoom | undefined>(undefined);

export const RoomProvider = Room.Provider;

export const useRoom = (): ReadingRoom => {
  const room = useContext(Room);
  if (room === undefined) throw new Error('there is no room around this part');
  return room;
};
