// The frame: where one can go, who one is, how things are; the screen in the middle.
import { effect, signal, useSignal } from '@preact/signals';
import type { FunctionComponent } from 'preact';
import { useEffect, useErrorBoundary } from 'preact/hooks';
import { Button, Chip, Empty, Failure, Skeleton } from '../parts/kit';
import { Icon } from '../parts/icon';
import { online, Problem } from './call';
import { useKeys } from './keys';
import { me, meProblem, readMe, signOut } from './me';
import { keysOpen, KeysHelp, Palette, paletteOpen } from './palette';
import { ownLanguage, theme, type Language, type Theme } from './prefs';
import { Prove } from './prove';
import { pulse, useTopics } from './pulse';
import { go, place } from './router';
import { hush, said, say } from './say';
import { type Screen } from './screens';
import { shownScreens } from './shown';
import { SignIn } from './signin';
import { site, titled } from './site';
import { chooseLanguage } from './me';
import { language, number, t } from './text';

const PHONE_TABS = 4;

function badgeOf(s: Screen): number {
	return s.badge ? (pulse.value[s.badge[0]]?.[s.badge[1]] ?? 0) : 0;
}

function NavLink({ screen }: { screen: Screen }) {
	const here = (place.value.screen || shownScreens()[0]?.name) === screen.name;
	const count = badgeOf(screen);
	return (
		<a href={`/console/${screen.name}`} aria-current={here ? 'page' : undefined}>
			<Icon name={screen.icon} />
			<span>{screen.title()}</span>
			{count > 0 && <Chip kind="info">{count > 999 ? '999+' : number(count)}</Chip>}
		</a>
	);
}

function Nav() {
	const list = shownScreens();
	useTopics([...new Set(list.flatMap((s) => (s.badge ? [s.badge[0]] : [])))]);
	return (
		<nav class="nav" aria-label={t('Screens')}>
			{list.map((s, i) => (
				<div key={s.name} class={i < PHONE_TABS ? 'tab' : 'tab late'}>
					<NavLink screen={s} />
				</div>
			))}
			<div class="tab only-phone">
				<button type="button" onClick={() => (paletteOpen.value = true)}>
					<Icon name="more" />
					<span>{t('More')}</span>
				</button>
			</div>
		</nav>
	);
}

const languages: [Language, string][] = [['en', 'English'], ['ru', 'Русский'], ['ko', '한국어']];

function Own() {
	const who = me.value!;
	const themes: [Theme, string][] = [['system', t('As the device')], ['light', t('Light')], ['dark', t('Dark')]];
	const name = [who.name, who.surname].filter(Boolean).join(' ') || who.username || who.email || '';
	return (
		<details class="menu">
			<summary aria-label={t('You: {name}', { name })}>
				<Icon name="person" />
				<span class="name">{name}</span>
			</summary>
			<div class="drop">
				<p dir="auto">
					<strong>{name}</strong>
					<br />
					<span class="muted small">{who.email ?? who.username}</span>
				</p>
				<label>
					{t('Language')}
					<select value={language.value} onChange={(e) => {
						ownLanguage.value = e.currentTarget.value as Language;
						void chooseLanguage();
					}}>
						{languages.map(([code, own]) => (
							<option key={code} value={code} lang={code}>{own}</option>
						))}
					</select>
				</label>
				<label>
					{t('Colours')}
					<select value={theme.value} onChange={(e) => (theme.value = e.currentTarget.value as Theme)}>
						{themes.map(([value, label]) => (
							<option key={value} value={value}>{label}</option>
						))}
					</select>
				</label>
				<Button look="quiet" hint="?" onClick={() => (keysOpen.value = true)}>{t('Keys')}</Button>
				<Button onClick={() => void signOut().catch(() => say(t('You are not signed out: the server does not answer.'), 'bad'))}>
					{t('Sign out')}
				</Button>
			</div>
		</details>
	);
}

function Top() {
	return (
		<header class="top">
			<a class="brand" href="/console/">
				<img src="/console/icon.svg" alt="" width="28" height="28" />
				<span dir="auto">{site.value.name}</span>
			</a>
			<Button look="quiet" icon="search" hint="mod+k" class="button quiet search" onClick={() => (paletteOpen.value = true)}>
				{t('Go to, or do')}
			</Button>
			<Own />
		</header>
	);
}

/** What has just happened. The region itself is always there, or nobody would hear it. */
function Said() {
	const now = said.value;
	return (
		<div class="said" role="status" aria-live="polite">
			{now && (
				<p class={now.kind}>
					<span>{now.text}</span>
					{now.undo && (
						<Button hint="u" onClick={() => {
							now.undo!.run();
							hush();
						}}>{now.undo.label}</Button>
					)}
				</p>
			)}
		</div>
	);
}

// -- the screen

const loaded = new Map<string, FunctionComponent>();
const shown = signal<{ name: string; view?: FunctionComponent; failed?: boolean } | null>(null);

async function show(s: Screen) {
	const view = loaded.get(s.name);
	shown.value = { name: s.name, view };
	if (view) return;
	try {
		const got = (await s.load()).default;
		loaded.set(s.name, got);
		if (shown.peek()?.name === s.name) shown.value = { name: s.name, view: got };
	} catch {
		// The pages were replaced by newer ones, or there is no connection.
		if (shown.peek()?.name === s.name) shown.value = { name: s.name, failed: true };
	}
}

effect(() => {
	const all = me.value ? shownScreens() : [];
	const s = place.value.screen ? all.find((x) => x.name === place.value.screen) : all[0];
	if (s) void show(s);
	else shown.value = null;
});

function Middle() {
	const [broken, mend] = useErrorBoundary();
	const now = shown.value;
	const title = shownScreens().find((s) => s.name === now?.name)?.title();
	useEffect(() => {
		titled(title);
	}, [title, language.value]);
	if (broken) return <Failure problem={new Problem(0, 'Page', String(broken))} again={mend} />;
	if (!now) {
		return (
			<Empty title={t('There is nothing here for you.')}>
				{t('This address is of no screen, or of one that you may not see.')}
			</Empty>
		);
	}
	if (now.failed) return <Failure problem={new Problem(0, 'Load', '')} again={() => location.reload()} />;
	const View = now.view;
	return View ? <View key={now.name} /> : <Skeleton lines={6} />;
}

function Frame() {
	const list = shownScreens();
	useKeys([
		{ key: '?', label: t('This list'), run: () => (keysOpen.value = !keysOpen.value) },
		{ key: 'mod+k', label: t('Go to, or do'), run: () => (paletteOpen.value = true) },
		{ key: '/', label: t('Search'), run: () => {
			const field = document.querySelector<HTMLInputElement>('main input[type=search]');
			if (field) field.focus();
			else paletteOpen.value = true;
		} },
		...list.map((s) => ({ key: `g ${s.letter}`, label: s.title(), run: () => go(s.name) })),
	], [language.value, me.value?.uuid]);
	return (
		<div class="frame">
			<a class="skip" href="#main">{t('To the content')}</a>
			<Top />
			<Nav />
			<main id="main" tabIndex={-1}>
				{!online.value && (
					<p class="banner" role="status">
						<Icon name="alert" /> {t('There is no connection. What you see may be old.')}
					</p>
				)}
				<Middle />
			</main>
			<Said />
			<Palette />
			<KeysHelp />
			<Prove />
		</div>
	);
}

/** The one page beside the sign-in that is for strangers. */
function Invited() {
	const view = useSignal<FunctionComponent | null>(null);
	useEffect(() => void import('../screens/invitations/invited').then((m) => (view.value = m.default)), []);
	const View = view.value;
	return View ? <View /> : <main class="sign-in"><Skeleton /></main>;
}

export function App() {
	if (place.value.screen === 'invitation' && me.value !== undefined) return <Invited key={language.value} />;
	if (me.value) return <Frame key={language.value} />;
	if (me.value === null) return <SignIn key={language.value} />;
	return (
		<main class="sign-in">
			<h1 class="hidden">{site.value.name}</h1>
			{meProblem.value ? <Failure problem={meProblem.value} again={() => void readMe()} /> : <Skeleton />}
		</main>
	);
}
