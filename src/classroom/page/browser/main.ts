import { type PageWords, pageWords } from '../view/page-words.ts';
import { element } from './elements.ts';
import { InstructorPage } from './instructor-page.ts';
import { wearKeptLooks } from './looks.ts';
import { takeToken } from './token.ts';

/** The entry of the instructor's page, as the class server serves it. */
wearKeptLooks();
const { language, words } = pageWords(navigator.languages);
document.documentElement.lang = language;
const token = takeToken();
if (token === undefined) showDoor(words);
else new InstructorPage(token, words).open();

/** What stands in a QR code behind the address: the join code, and the fingerprint of a certificate. Nothing else is shown. */
function joinCode(): string {
  return /^#[\w-]{4,16}(\/[0-9a-f]{32})?$/.exec(location.hash)?.[0] ?? '';
}

/** Whoever comes without the instructor's link is probably a learner. */
function showDoor({ door }: PageWords): void {
  document.body.append(
    element(
      'main',
      { class: 'door' },
      element('h1', {}, door.heading),
      element('p', {}, door.noToken),
      element('p', {}, door.learners),
      element(
        'p',
        {},
        element('code', {}, `meshwalk class join ${location.origin.replace(/^http:\/\//, '')}/${joinCode()}`),
      ),
    ),
  );
}
