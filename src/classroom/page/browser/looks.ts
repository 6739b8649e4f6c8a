import type { PageWords } from '../view/page-words.ts';
import { element } from './elements.ts';

/** Light or dark, room or desk: kept by this browser, and no secret. */
const themes = ['auto', 'light', 'dark'] as const;
const themeKey = 'meshwalk.theme';
const roomKey = 'meshwalk.room';
const page = document.documentElement;

function wear(theme: string): void {
  if (theme === 'light' || theme === 'dark') page.dataset['theme'] = theme;
  else delete page.dataset['theme'];
}

/** Before anything is drawn. */
export function wearKeptLooks(): void {
  wear(localStorage.getItem(themeKey) ?? 'auto');
  if (sessionStorage.getItem(roomKey)) page.dataset['view'] = 'room';
}

export function themeSelect({ view: words }: PageWords): HTMLElement {
  const options = themes.map((theme) => element('option', { value: theme }, words.themes[theme]));
  const select = element('select', { 'aria-label': words.theme }, ...options);
  select.value = localStorage.getItem(themeKey) ?? 'auto';
  select.addEventListener('change', () => {
    localStorage.setItem(themeKey, select.value);
    wear(select.value);
  });
  return select;
}

/** The wall is for everybody: large, and without what is the instructor's alone. */
export function roomSwitch({ view: words }: PageWords): HTMLElement {
  const pressed = () => String(page.dataset['view'] === 'room');
  const button = element('button', { type: 'button', title: words.roomHelp, 'aria-pressed': pressed() }, words.room);
  button.addEventListener('click', () => {
    const isRoom = page.dataset['view'] !== 'room';
    if (isRoom) page.dataset['view'] = 'room';
    else delete page.dataset['view'];
    if (isRoom) sessionStorage.setItem(roomKey, 'room');
    else sessionStorage.removeItem(roomKey);
    button.setAttribute('aria-pressed', pressed());
  });
  return button;
}
