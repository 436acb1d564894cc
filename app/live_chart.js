// The curves of one run: history first, then new points through one socket. Zoom, hidden lines and theme survive every update.
let library;
const load = url => library ??= new Promise((ok, no) => {
  const script = document.createElement('script');
  script.src = url;
  script.onload = () => ok(window.Plotly);
  script.onerror = () => { library = null; script.remove(); no(new Error('The chart library did not come.')); };
  document.head.append(script);
});
const CONFIG = { responsive: true, displaylogo: false, showSendToCloud: false, showTips: false,
  modeBarButtonsToRemove: ['sendChartToCloud', 'lasso2d', 'select2d', 'autoScale2d', 'zoomIn2d', 'zoomOut2d', 'pan2d'] };
const LABELS = ['rows it learns from', 'rows it does not learn from', 'within the epoch'];
const OF_A_TEAM = ['rows they learn from', 'all that are ready, on rows they do not learn from', 'within a model'];
const FIRST_WAIT = 500, LONGEST_WAIT = 2000, TABLE_ROWS = 200, MARKED = 60, OVER = 1000;
const lives = new WeakMap();
const isTeam = live => live.data.charts.some(chart => chart.step === 'models ready');

export default function ({ data, parentElement }) {
  const root = parentElement.querySelector('.mw-live');
  if (!data.url) { load(data.plotly).catch(() => {}); return; }
  let live = lives.get(parentElement);
  if (live && live.data.url !== data.url) { live.stop(); live = null; }
  if (live) live.renew(data);
  else lives.set(parentElement, live = begin(root, data));
  return () => { live.stop(); lives.delete(parentElement); };
}

function begin(root, data) {
  const live = { data, last: 0, attempt: null, wait: FIRST_WAIT, series: new Map(), facts: {}, dead: false };
  lay(root, live);
  live.stop = () => {
    live.dead = true;
    clearTimeout(live.timer);
    if (live.socket) { live.socket.onclose = live.socket.onmessage = null; live.socket.close(); }
    for (const v of live.views) live.plotly?.purge(v.plot);
  };
  live.renew = fresh => {
    const cut = fresh.token !== live.data.token && live.socket?.readyState !== WebSocket.OPEN;
    const others = JSON.stringify(fresh.charts) !== JSON.stringify(live.data.charts);
    live.data = fresh;
    if (others) lay(root, live);
    if (live.plotly) live.views.forEach(v => redraw(live, v));
    if (cut && !live.over) { clearTimeout(live.timer); connect(live); }
  };
  load(data.plotly).then(plotly => {
    if (live.dead) return;
    live.plotly = plotly;
    live.views.forEach(v => redraw(live, v));
  }).catch(() => { if (!live.dead) root.textContent = 'The chart could not be loaded. Reload the page; the training is not affected.'; });
  connect(live);
  return live;
}

function lay(root, live) {
  for (const v of live.views ?? []) live.plotly?.purge(v.plot);
  root.replaceChildren();
  live.views = live.data.charts.map(chart => view(root, chart, live.data.height));
}

function connect(live) {
  if (live.dead) return;
  if (live.socket) { live.socket.onclose = live.socket.onmessage = null; live.socket.close(); }
  const query = '?after=' + live.last + '&attempt=' + (live.attempt ?? '') + '&token=' + encodeURIComponent(live.data.token);
  const socket = live.socket = new WebSocket(location.origin.replace(/^http/, 'ws') + live.data.url + query);
  socket.onmessage = event => { live.wait = FIRST_WAIT; receive(live, JSON.parse(event.data)); };
  socket.onclose = event => {
    live.over = event.code === OVER;
    if (live.over) return;
    live.timer = setTimeout(() => connect(live), live.wait);
    live.wait = Math.min(2 * live.wait, LONGEST_WAIT);
  };
}

function receive(live, message) {
  const isNew = message.is_whole;
  if (isNew) live.series.clear();
  live.attempt = message.facts.attempt;
  live.last = message.last;
  const marks = facts => JSON.stringify([facts.best, facts.baseline]);
  const marked = marks(live.facts) !== marks(message.facts);
  live.facts = message.facts;
  for (const [name, [x, y]] of Object.entries(message.rows)) {
    const s = series(live, name);
    for (let i = 0; i < x.length; i++) {
      if (name === 'running_loss' && (isTeam(live) ? Math.floor(x[i]) > s.x.at(-1) : x[i] - s.x.at(-1) > 1)) {
        s.x.push(x[i]); // no line across epochs that went by unheard, nor from one model of a team to the next
        s.y.push(null);
      }
      s.x.push(x[i]);
      s.y.push(y[i]);
    }
  }
  for (const v of live.views) { v.fresh ||= isNew; v.marked ||= marked; }
  live.frame ??= requestAnimationFrame(() => {
    live.frame = null;
    if (!live.dead && live.plotly) live.views.forEach(v => update(live, v));
  });
}

function series(live, name) {
  if (!live.series.has(name)) live.series.set(name, { x: [], y: [] });
  return live.series.get(name);
}

function view(root, chart, height) {
  const make = (tag, parent, text = '') => { const e = parent.appendChild(document.createElement(tag)); e.textContent = text; return e; };
  const figure = make('figure', root), caption = make('figcaption', figure);
  make('span', caption, chart.title);
  make('small', caption, chart.note ?? '');
  const place = make('div', figure), plot = make('div', place), empty = make('p', place, 'The curve starts here with the first step.');
  const details = make('details', figure);
  place.className = 'mw-live-place';
  plot.style.height = height + 'px';
  plot.setAttribute('role', 'img');
  plot.setAttribute('aria-label', chart.title + ' by ' + chart.step);
  make('summary', details, 'Show the numbers');
  const rows = make('div', details);
  rows.className = 'mw-live-rows';
  const names = [chart.metric, 'val_' + chart.metric, ...(chart.metric === 'loss' ? ['running_loss'] : [])];
  return { chart, plot, empty, details, rows, names, drawn: names.map(() => 0) };
}

function update(live, v) {
  if (!v.plot.isConnected) return;
  const lengths = v.names.map(name => live.series.get(name)?.x.length ?? 0);
  const begins = lengths.some((n, i) => n > 0 && v.drawn[i] === 0);
  const ages = lengths.some((n, i) => i < 2 && n > MARKED && v.drawn[i] <= MARKED);
  if (v.fresh || begins || ages) redraw(live, v);
  else {
    const grown = v.names.map((_, i) => i).filter(i => lengths[i] > v.drawn[i]);
    const tail = axis => grown.map(i => live.series.get(v.names[i])[axis].slice(v.drawn[i]));
    if (grown.length) live.plotly.extendTraces(v.plot, { x: tail('x'), y: tail('y') }, grown);
    for (const i of grown) v.drawn[i] = lengths[i];
    if (v.marked || grown.length) live.plotly.relayout(v.plot, { ...marks(live, v), 'xaxis.tickmode': ticks(live, v) });
  }
  v.marked = false;
  if (v.details.open) table(live, v);
}

function redraw(live, v) {
  v.fresh = v.marked = false;
  v.empty.hidden = v.names.some(name => live.series.get(name)?.x.length);
  live.plotly.react(v.plot, traces(live, v), layout(live, v), CONFIG);
  v.details.ontoggle = () => v.details.open && table(live, v);
}

function look(element) {
  const css = getComputedStyle(element), v = name => css.getPropertyValue(name).trim();
  const [training, unseen] = v('--st-chart-categorical-colors').split(',').map(c => c.trim());
  return { text: v('--st-text-color'), border: v('--st-border-color'), back: v('--st-background-color'), quiet: v('--st-gray-color') || v('--st-text-color'),
    accent: v('--st-primary-color'), font: v('--st-font'), training, unseen };
}

function traces(live, v) {
  const l = look(v.plot), labels = isTeam(live) ? OF_A_TEAM : LABELS;
  return v.names.map((name, i) => {
    const s = series(live, name), inner = i === 2, isOver = inner && isTeam(live) && series(live, v.names[1]).x.length > 0;
    v.drawn[i] = s.x.length;
    return { type: 'scatter', visible: !isOver, name: labels[i], uid: name, x: s.x.slice(), y: s.y.slice(), mode: inner || s.x.length > MARKED ? 'lines' : 'lines+markers',
      line: { width: inner ? 1 : 2, color: i === 1 ? l.unseen : l.training }, marker: { size: 5 }, opacity: inner ? 0.35 : 1, showlegend: !inner && !(i === 0 && isTeam(live)),
      legendgroup: i === 1 ? 'unseen' : 'own', hoverinfo: inner ? 'skip' : 'all', hovertemplate: inner ? null : '%{y:.3~g} ' + (v.chart.unit ?? '') + '<extra>' + labels[i] + '</extra>' };
  });
}

function layout(live, v) {
  const l = look(v.plot), axis = { gridcolor: l.border, linecolor: l.border, zeroline: false, automargin: true };
  return { font: { color: l.text, family: l.font, size: 12 }, paper_bgcolor: 'rgba(0,0,0,0)', plot_bgcolor: 'rgba(0,0,0,0)', uirevision: 'run',
    hovermode: 'x unified', hoverlabel: { bgcolor: l.back, bordercolor: l.border, font: { color: l.text } },
    modebar: { orientation: 'v', bgcolor: 'rgba(0,0,0,0)', color: l.quiet, activecolor: l.accent }, margin: { l: 44, r: 10, t: 34, b: 40 }, height: live.data.height,
    legend: { orientation: 'h', x: 0, xanchor: 'left', y: 1.02, yanchor: 'bottom', font: { color: l.text } },
    xaxis: { ...axis, title: { text: v.chart.step, standoff: 6 }, rangemode: 'tozero', tickmode: ticks(live, v), tick0: 0, dtick: 1, nticks: 9, unifiedhovertitle: { text: v.chart.step + ' %{x:.0f}' } },
    yaxis: { ...axis, title: { text: v.chart.unit ?? '', standoff: 6 } }, ...marks(live, v) };
}

const reached = (live, v) => Math.max(0, ...v.names.map(name => live.series.get(name)?.x.at(-1) ?? 0));
const ticks = (live, v) => reached(live, v) <= 10 ? 'linear' : 'auto';

function marks(live, v) {
  const l = look(v.plot), base = live.facts.baseline?.[v.chart.metric], best = live.facts.best?.epoch, shapes = [], annotations = [];
  const longest = reached(live, v);
  if (Number.isFinite(base)) {
    shapes.push({ type: 'line', xref: 'paper', x0: 0, x1: 1, y0: base, y1: base, line: { dash: 'dash', width: 1.4, color: l.quiet } });
    annotations.push({ xref: 'paper', x: 1, xanchor: 'right', y: base, yanchor: 'bottom', text: 'guessing', showarrow: false, font: { size: 11, color: l.quiet } });
  }
  if (best) {
    const late = best > 0.6 * longest;
    shapes.push({ type: 'line', yref: 'paper', y0: 0, y1: 1, x0: best, x1: best, line: { dash: 'dot', width: 1.4, color: l.unseen } });
    annotations.push({ yref: 'paper', y: 0.5, x: best, xanchor: late ? 'right' : 'left', xshift: late ? -4 : 4, text: 'best: ' + best, showarrow: false,
      font: { size: 11, color: l.unseen }, bgcolor: l.back });
  }
  return { shapes, annotations };
}

function table(live, v) {
  const own = series(live, v.names[isTeam(live) ? 1 : 0]), seen = series(live, v.names[1]), grid = document.createElement('table'), head = grid.insertRow();
  const cell = (row, tag, text) => { row.appendChild(document.createElement(tag)).textContent = text; };
  const text = value => value === undefined ? '' : value === null ? 'not a number' : value.toPrecision(4);
  const titles = isTeam(live) ? [OF_A_TEAM[1]] : LABELS.slice(0, 2);
  [v.chart.step, ...titles].forEach(title => cell(head, 'th', title));
  for (let i = own.x.length - 1; i >= Math.max(0, own.x.length - TABLE_ROWS); i--) {
    const row = grid.insertRow();
    [String(own.x[i]), text(own.y[i]), text(seen.y[i])].slice(0, titles.length + 1).forEach(value => cell(row, 'td', value));
  }
  v.rows.replaceChildren(grid);
}
