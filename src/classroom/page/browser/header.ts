import type { CountdownView, CountView } from '../view/at-a-glance.ts';
import type { Filter } from '../view/grid.ts';
import type { Desk } from './desk.ts';
import { element, KeyedParts, type Part, setAttribute, setHidden, setText } from './elements.ts';
import { changingIcon, type IconName, icon } from './icons.ts';
import { roomSwitch, themeSelect } from './looks.ts';

/** Name, connection, looks; below it the counts, which choose what the grid shows, and a countdown for the whole room. */
export interface HeaderView {
  name: string;
  link: { isLive: boolean; text: string };
  counts: readonly CountView[];
  filter: Filter;
  hold: string | undefined;
  countdown: CountdownView | undefined;
}

export function header(desk: Desk): Part<HeaderView> {
  const name = element('h1', { dir: 'auto' });
  const sign = changingIcon('live');
  const link = element('span', {});
  const linkPart = element('p', { class: 'link' }, sign.root, link);
  const counts = element('div', { class: 'counts', role: 'group', 'aria-label': desk.words.filters.label });
  const countList = new KeyedParts<CountView & { isChosen: boolean }>(counts, ({ key }) => key, countButton(desk));
  const chosen = element('button', { type: 'button', class: 'chosen' });
  chosen.addEventListener('click', () => desk.choose({ filter: { type: 'all' } }));
  const hold = element('p', { class: 'hold' });
  const clock = countdownClock(desk);
  const looks = element('div', { class: 'looks' }, roomSwitch(desk.words), themeSelect(desk.words));
  const root = element(
    'header',
    { class: 'top' },
    element('div', { class: 'title' }, name, linkPart, looks),
    element(
      'section',
      { class: 'glance', 'aria-label': desk.words.page.regions.summary },
      counts,
      chosen,
      hold,
      clock.root,
    ),
  );
  return {
    root,
    update(view) {
      setText(name, view.name);
      setText(link, view.link.text);
      setAttribute(linkPart, 'data-live', view.link.isLive ? 'live' : 'lost');
      sign.show(view.link.isLive ? 'live' : 'wrong');
      countList.update(view.counts.map((count) => ({ ...count, isChosen: isSame(count.filter, view.filter) })));
      setHidden(chosen, view.filter.type !== 'condition');
      if (view.filter.type === 'condition') {
        const { condition, off } = desk.words.filters;
        setText(chosen, `${condition(view.filter.condition)} · ${off}`);
      }
      setHidden(hold, view.hold === undefined);
      if (view.hold !== undefined && hold.textContent !== view.hold) hold.replaceChildren(icon('held'), view.hold);
      clock.update(view.countdown);
    },
  };
}

const isSame = (one: Filter, other: Filter): boolean => JSON.stringify(one) === JSON.stringify(other);

const countIcons: Readonly<Record<CountView['key'], IconName | undefined>> = {
  all: undefined,
  hands: 'hand',
  stuck: 'stuck',
  working: 'working',
  passed: 'passed',
  'not-begun': 'not-begun',
  away: 'away',
};

const countButton =
  (desk: Desk) =>
  ({ key, filter }: CountView): Part<CountView & { isChosen: boolean }> => {
    const count = element('strong');
    const label = element('span', {});
    const shape = countIcons[key];
    const root = element(
      'button',
      { type: 'button', 'data-key': key },
      ...(shape ? [icon(shape)] : []),
      count,
      ' ',
      label,
    );
    root.addEventListener('click', () => desk.choose({ filter }));
    return {
      root,
      update(view) {
        setText(count, String(view.count));
        setText(label, view.label);
        setAttribute(root, 'aria-pressed', String(view.isChosen));
        setAttribute(root, 'data-some', view.count > 0 ? 'some' : undefined);
      },
    };
  };

/** Read when it is looked for; a second is no news. */
function countdownClock({ words: { countdown: words } }: Desk): Part<CountdownView | undefined> {
  const left = element('strong');
  const label = element('span', { dir: 'auto' });
  const root = element('p', { class: 'clock', role: 'timer', 'aria-live': 'off' }, left, ' ', label);
  return {
    root,
    update(view) {
      setHidden(root, view === undefined);
      if (!view) return;
      setAttribute(root, 'data-over', view.isOver ? 'over' : undefined);
      setText(left, view.isOver ? words.over : view.left);
      setText(label, view.label);
    },
  };
}
