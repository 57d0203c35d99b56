// A line over the day beside what is usual: a picture, a sentence, and a table for who wants numbers.
import type { ComponentChildren } from 'preact';
import { number, t } from '../app/text';

const WIDTH = 720;
const HEIGHT = 180;

function path(values: number[], count: number, top: number): string {
	return values.map((v, i) => `${i ? 'L' : 'M'}${((i / (count - 1)) * WIDTH).toFixed(1)} ${(HEIGHT - (v / top) * HEIGHT).toFixed(1)}`).join('');
}

export interface DayPlotProps {
	line: number[];
	usual: number[] | null;
	/** Of a place on the line, such as "14:00". */
	label: (i: number) => string;
	/** How many places the whole day has. */
	count: number;
	/** Places between two labels. */
	step: number;
	sentence: string;
	children?: ComponentChildren;
}

export function DayPlot({ line, usual, label, count, step, sentence }: DayPlotProps) {
	const top = Math.max(4, ...line, ...(usual ?? [])) * 1.08;
	const last = line.length - 1;
	const marks = Array.from({ length: Math.floor(count / step) }, (_, i) => i * step);
	return (
		<figure class="plot">
			<svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} role="img" aria-label={sentence} preserveAspectRatio="none">
				{marks.map((m) => (
					<path key={m} class="grid" d={`M${(m / (count - 1)) * WIDTH} 0V${HEIGHT}`} />
				))}
				{last > 0 && <path class="area" d={`${path(line, count, top)}L${(last / (count - 1)) * WIDTH} ${HEIGHT}L0 ${HEIGHT}Z`} />}
				{usual && <path class="usual" d={path(usual, count, top)} />}
				{last > 0 && <path class="line" d={path(line, count, top)} />}
			</svg>
			<div class="axis" aria-hidden="true">
				{marks.map((m) => (
					<span key={m}>{label(m)}</span>
				))}
			</div>
			<figcaption>{sentence}</figcaption>
			<details>
				<summary>{t('As a table')}</summary>
				<table class="narrow">
					<thead>
						<tr>
							<th scope="col">{t('Until')}</th>
							<th scope="col" class="number">
								{t('Photos')}
							</th>
							{usual && (
								<th scope="col" class="number">
									{t('Usually')}
								</th>
							)}
						</tr>
					</thead>
					<tbody>
						{marks.slice(1).map((m) => (
							<tr key={m}>
								<td>{label(m)}</td>
								<td class="number">{m - 1 <= last ? number(line[m - 1] ?? 0) : '–'}</td>
								{usual && <td class="number">{number(usual[m - 1] ?? 0)}</td>}
							</tr>
						))}
					</tbody>
				</table>
			</details>
		</figure>
	);
}
