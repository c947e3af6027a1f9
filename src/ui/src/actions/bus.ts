/* A key pressed somewhere concerns a view elsewhere: five signals, no more. */
export interface Signals {
  compose: 'reply' | 'note';
  filter: undefined;
  move: 1 | -1;
  presence: undefined;
  board: 'dismiss' | 'take' | 'reply' | 'like' | 'choose';
}

type Fn = (arg: never) => void;
const handlers = new Map<keyof Signals, Set<Fn>>();

export function on<K extends keyof Signals>(name: K, fn: (arg: Signals[K]) => void): () => void {
  const set = handlers.get(name) ?? new Set<Fn>();
  handlers.set(name, set);
  set.add(fn as Fn);
  return () => set.delete(fn as Fn);
}

export function emit<K extends keyof Signals>(name: K, ...arg: Signals[K] extends undefined ? [] : [Signals[K]]): void {
  for (const fn of handlers.get(name) ?? []) fn(arg[0] as never);
}
