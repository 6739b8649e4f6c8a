import { Box, Text, useApp, useInput, usePaste } from 'ink';
import { memo, useEffect, useState, useSyncExternalStore } from 'react';
import { inputsOf } from '../input.ts';
import type { ScreenStore } from '../screen-store.ts';
import { TerminalReplies } from '../terminal-replies.ts';

/** Puts painted rows on the terminal and hands keys to the store. Everything else is decided elsewhere. */

const Row = memo(function Row({ text }: { text: string }) {
  // A row without text would have no height.
  return <Text wrap="truncate">{text === '' ? ' ' : text}</Text>;
});

export interface ScreenProps {
  store: ScreenStore;
  /** Called with Ink's way to leave the terminal to another program, once it can be used. */
  onReady(app: ReturnType<typeof useApp>): void;
}

export function Screen({ store, onReady }: ScreenProps) {
  const app = useApp();
  const rows = useSyncExternalStore(store.subscribe, store.frame);
  const [replies] = useState(() => new TerminalReplies());
  useInput((text, key) => {
    const typed = replies.typed(text, key);
    if (typed !== undefined) store.press(inputsOf(typed, key));
  });
  usePaste((text) => store.press([{ type: 'paste', text }]));
  // biome-ignore lint/correctness/useExhaustiveDependencies: the app object is ready once, after the first frame
  useEffect(() => onReady(app), []);
  return (
    <Box flexDirection="column">
      {rows.map((text, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a row is its place
        <Row key={index} text={text} />
      ))}
    </Box>
  );
}
