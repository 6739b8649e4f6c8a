import { describe, expect, it } from 'vitest';
import { showsHyperlinks } from '../../src/tui/terminal-links.ts';

describe('links that can be clicked', () => {
  it.each([
    ['GNOME', { TERM: 'xterm-256color', VTE_VERSION: '7200' }],
    ['Windows Terminal', { TERM: 'xterm-256color', WT_SESSION: 'x' }],
    ['iTerm2', { TERM: 'xterm-256color', TERM_PROGRAM: 'iTerm.app', TERM_PROGRAM_VERSION: '3.4.19' }],
    ['kitty over ssh', { TERM: 'xterm-kitty' }],
    ['a new tmux', { TERM: 'tmux-256color', TMUX: '/x', TERM_PROGRAM: 'tmux', TERM_PROGRAM_VERSION: '3.4' }],
    ['Konsole', { TERM: 'xterm-256color', KONSOLE_VERSION: '230804' }],
    ['who asks for them', { TERM: 'xterm-256color', FORCE_HYPERLINK: '1' }],
  ])('are for %s', (_name, environment) => {
    expect(showsHyperlinks(environment)).toBe(true);
  });

  it.each([
    ['a terminal that nobody knows', { TERM: 'xterm-256color' }],
    ['macOS Terminal', { TERM: 'xterm-256color', TERM_PROGRAM: 'Apple_Terminal', TERM_PROGRAM_VERSION: '455' }],
    [
      'an old tmux in GNOME',
      { TERM: 'screen-256color', TMUX: '/x', TERM_PROGRAM: 'tmux', TERM_PROGRAM_VERSION: '3.3a', VTE_VERSION: '7200' },
    ],
    ['an older one, that does not name itself', { TERM: 'screen-256color', TMUX: '/x', VTE_VERSION: '7200' }],
    ['GNU screen in kitty', { TERM: 'screen', STY: '1.x', KITTY_WINDOW_ID: '1' }],
    ['VTE 0.50.0', { TERM: 'xterm-256color', VTE_VERSION: '5000' }],
    ['the Linux console', { TERM: 'linux' }],
    ['who wants no colour', { TERM: 'xterm-kitty', NO_COLOR: '1' }],
    ['who does not want them', { TERM: 'xterm-kitty', FORCE_HYPERLINK: '0' }],
  ])('are not for %s', (_name, environment) => {
    expect(showsHyperlinks(environment)).toBe(false);
  });
});
