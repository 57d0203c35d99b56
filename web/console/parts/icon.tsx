// Small drawings, for the eyes only.
const paths = {
	sun: 'M12 3v2m0 14v2M3 12h2m14 0h2M5.600 5.600l1.400 1.400m10 10 1.400 1.400m0-12.800-1.400 1.400m-10 10-1.400 1.400M12 8a4 4 0 1 0 0 8 4 4 0 0 0 0-8z',
	photo: 'M4 6h16v12H4zM4 16l4.500-4.500 4 4L15 13l5 4M9 10a1 1 0 1 1-2 0 1 1 0 0 1 2 0z',
	gear: 'M12 9a3 3 0 1 0 0 6 3 3 0 0 0 0-6zM12 3v3m0 12v3M3 12h3m12 0h3M6 6l2 2m8 8 2 2m0-12-2 2m-8 8-2 2',
	pulse: 'M3 12h4l2-6 4 12 3-8 1.500 2H21',
	people: 'M9 11a3 3 0 1 0 0-6 3 3 0 0 0 0 6zm-6 8c0-3.500 2.500-5.500 6-5.500s6 2 6 5.500M16 5.500a3 3 0 0 1 0 5.500m1.500 2.800c2.200.600 3.500 2.400 3.500 5.200',
	mail: 'M4 6h16v12H4zM4 7l8 6 8-6',
	folder: 'M3 6h6l2 2h10v11H3z',
	globe: 'M12 4a8 8 0 1 0 0 16 8 8 0 0 0 0-16zM4 12h16M12 4c-5 5-5 11 0 16 5-5 5-11 0-16',
	link: 'M10 14a4 4 0 0 0 6 .500l3-3a4 4 0 0 0-5.700-5.700L12 7M14 10a4 4 0 0 0-6-.500l-3 3a4 4 0 0 0 5.700 5.700L12 17',
	shield: 'M12 3l7 3v5c0 5-3 8-7 10-4-2-7-5-7-10V6z',
	book: 'M5 5h6a2 2 0 0 1 2 2v13a2 2 0 0 0-2-2H5zM19 5h-4a2 2 0 0 0-2 2',
	card: 'M3 6h18v12H3zM6 15h6M6 12h4M15 10h3v3h-3z',
	film: 'M4 5h16v14H4zM8 5v14m8-14v14M4 9.500h4m-4 5h4m8-5h4m-4 5h4',
	calendar: 'M4 6h16v14H4zM4 10h16M8 4v4m8-4v4',
	clock: 'M12 4a8 8 0 1 0 0 16 8 8 0 0 0 0-16zm0 4v4l3 2',
	flag: 'M6 21V4h11l-2 4 2 4H6',
	sliders: 'M4 7h10m4 0h2M4 17h2m4 0h10M16 5v4M8 15v4',
	person: 'M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8zm-7 8c0-4 3-6 7-6s7 2 7 6',
	search: 'M10.500 5a5.500 5.500 0 1 0 0 11 5.500 5.500 0 0 0 0-11zM15 15l5 5',
	more: 'M5 12h.01M12 12h.01M19 12h.01',
	alert: 'M12 4l9 16H3zM12 10v4m0 3h.01',
	check: 'M5 13l4 4L19 7',
	close: 'M6 6l12 12M18 6L6 18',
	turn: 'M19 12a7 7 0 1 1-2-5m2-3v4h-4',
	undo: 'M9 8H15a5 5 0 0 1 0 10H8M9 8l3-3M9 8l3 3',
	next: 'M9 6l6 6-6 6',
	twins: 'M4 6h7v12H4zM13 6h7v12h-7z',
} as const;

export type IconName = keyof typeof paths;

export function Icon({ name }: { name: IconName }) {
	return (
		<svg class="icon" viewBox="0 0 24 24" width="20" height="20" aria-hidden="true">
			<path d={paths[name]} />
		</svg>
	);
}
