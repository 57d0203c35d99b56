import { render } from 'preact';
import { theme } from './prefs';
import { chooseLanguage, me, readMe } from './me';
import { App } from './shell';
import './idle';

void theme; // the page is light or dark before anything is shown
await chooseLanguage();
render(<App />, document.getElementById('app')!);
if (me.peek() === undefined) await readMe();
