import { room } from './support/room.ts';

await room(import.meta.filename);
